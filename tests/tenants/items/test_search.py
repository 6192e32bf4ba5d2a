"""The consumer: a submitted item gets its search document, a draft none."""

from typing import Any

from search.backend import Query, Reader, backend
from search.documents import unit_grant, user_grant
from tenants.items import operations
from tests.factories import make_draft, make_user
from zhitong.units.models import Unit


def test_a_submitted_item_is_found_by_those_who_may(unit: Unit, stranger: Unit, drain: Any) -> None:
    author = make_user(unit, "liang", name="梁晓岚")
    draft, item = make_draft(unit, author, title="草稿里的无人机"), make_draft(unit, author, title="关于无人机的建议")
    with unit:
        operations.register_submission(actor=author.actor, item=item)
    drain()

    def found(grant: str) -> list[str]:
        results = backend().search(Query(text="无人机"), Reader(frozenset({grant})))
        return [str(hit.document.object_uuid) for hit in results.hits]

    assert found(unit_grant(unit.pk)) == [str(item.uuid)]
    assert found(user_grant(author.uuid)) == [str(item.uuid)]
    assert found(unit_grant(stranger.pk)) == []
    assert draft.uuid != item.uuid
