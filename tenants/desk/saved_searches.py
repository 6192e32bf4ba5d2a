"""Tells people of the unit what newly fits the questions they keep."""

from dataclasses import replace
from typing import Any

from django.urls import reverse

from search.backend import backend
from search.forms import query_of
from search.models import SavedSearch
from search.rights import reader_of
from search.tasks import SAVED_DUE
from tenants.accounts.models import User
from tenants.notices.operations import notify
from zhitong.core import outbox
from zhitong.core.operations import require_unit, system


@outbox.consumer(SAVED_DUE)
def count_fresh(payload: dict[str, Any]) -> None:
    """Count with the rights that each owner has now; tell who has not looked since, once for each rise.

    Raises:
        EngineDown: the engine does not answer; the outbox tries again.
    """
    unit_id = require_unit()
    kept = list(SavedSearch.objects.filter(unit=unit_id, alerts=True))
    owners = {user.uuid: user for user in User.objects.filter(uuid__in=[saved.user_uuid for saved in kept])}
    for saved in kept:
        owner = owners.get(saved.user_uuid)
        if owner is None or not owner.is_active:
            continue
        query = replace(query_of(saved.asked), since=saved.seen, after="")
        fresh = backend().search(query, reader_of(owner.actor)).total
        if fresh == saved.fresh:
            continue
        SavedSearch.objects.filter(pk=saved.pk).update(fresh=fresh)
        if fresh > saved.fresh:
            notify(
                actor=system(unit_id),
                reader=owner,
                key=f"search:{saved.pk}:{saved.seen}:{fresh}",
                kind="search.fresh",
                title=f"已存检索有 {fresh} 篇新增",
                body=str(saved.asked.get("text", "")),
                url=reverse("search:page"),
            )
