"""An item's own page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.desk import queries
from tenants.desk.ways import way_of
from tenants.items.models import OPEN_STATES, Consent, Item, State
from tenants.items.queries import author_names, call_behind, get_visible, hides_reviewers_from, number_label
from tenants.items.texts import LABELS, SECTIONS
from tenants.items.views.cards import state_of
from tenants.items.views.common import file_facts, own_url, reader
from tenants.review.models import Run, Task
from tenants.review.queries import latest_run_seen, may_change_sources, reads_inner
from zhitong.core.operations import require_unit
from zhitong.exchange.queries import merged_into, other_lines
from zhitong.web import navigation
from zhitong.web.parts import Action, Fact, Passage
from zhitong.web.templatetags.zt import authors as authors_words


@login_required
@require_safe
def item(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """The text, who wrote it, everything that happened, and what the reader may do next."""
    user = reader(request)
    found = get_visible(user, item_uuid)
    if found.state == State.DRAFT:
        return redirect(own_url(found, user))
    navigation.mark(request, "items" if user.has_zt_perm("items.read_all") else "own_items")
    context = {
        "item": found,
        "doc_title": found.title,
        "due": state_of(found),
        "facts": _facts(request, found),
        "passages": [Passage(LABELS[name], _paragraphs(found, name)) for name in SECTIONS if getattr(found, name)],
        "files": file_facts(found),
        "sources": queries.sources_of(found) if user.has_zt_perm("items.read_all") else [],
        "merged_into": _merged_into(user, found),
        "lines": other_lines(require_unit(), found.uuid, for_the_office=user.has_zt_perm("items.read_all")),
        "may_join": user.has_zt_perm("exchange.receive"),
        "may_arrange": user.has_zt_perm("exchange.receive") and found.is_merged and may_change_sources(found),
        "history": queries.history_of(
            found, hide_names=hides_reviewers_from(user, found), inner=reads_inner(user, found)
        ),
        "now_line": way.now if (way := way_of(user, found)) else None,
        "actions": _actions(user, found),
        "back": reverse("items:all" if user.has_zt_perm("items.read_all") else "items:own"),
        "phone_title": "信息",
    }
    return render(request, "desk/item.html", context)


def _merged_into(user: User, found: Item) -> Fact | None:
    """Return the merged item that this one is part of: its number, and the way there for who may read it."""
    fact = merged_into(require_unit(), found.uuid) if found.state == State.MERGED else None
    if fact is None:
        return None
    url = reverse("desk:item", args=[fact.item_uuid]) if user.has_zt_perm("items.read_all") else ""
    return Fact("综合稿", fact.number_label, url)


def _facts(request: HttpRequest, found: Item) -> list[Fact]:
    values = [
        ("编号", number_label(found, request.tenant.mark)),  # type: ignore[attr-defined]
        ("反映人", authors_words(author_names(found))),
        ("来源单位", found.from_unit),
        ("反映主体", found.get_submitter_kind_display()),
        ("类别", found.category),
        ("来源", found.get_source_display()),
        ("紧急程度", found.get_urgency_display()),
        ("应约", call.title if (call := call_behind(found)) else ""),
    ]
    return [Fact(label, value) for label, value in values if value]


def _paragraphs(found: Item, name: str) -> list[str]:
    return [line for line in getattr(found, name).split("\n") if line.strip()]


def _actions(user: User, found: Item) -> list[Action]:
    """Return what the reader may do, the next step of the work first; only that one is red."""
    mine = found.created_by_id == user.pk and found.dispatch_uuid is None and not found.is_merged
    way = Action("看去向", url=reverse("desk:journey", args=[found.uuid]), icon="route")
    others = [way, Action("文本对照", url=reverse("items:texts", args=[found.uuid]), icon="copy")]
    run = latest_run_seen(user, found)
    if run is not None:
        word = "审核进程和催办" if run.state == Run.State.RUNNING else "审核进程"
        others.insert(1, Action(word, url=reverse("review:run", args=[run.uuid]), icon="git-branch"))
    named = _named(user, found)
    if named:
        others.insert(0, named)
    if found.state == State.RETURNED and mine:
        return [Action("修改", url=reverse("items:edit", args=[found.uuid]), icon="pencil", primary=True), *others]
    if found.state == State.IN_REVIEW:
        task = Task.objects.filter(run__item=found, holder=user, state=Task.State.OPEN).first()
        if task is not None:
            url = reverse("review:task", args=[task.uuid])
            others.insert(0, Action("审核", url=url, icon="writing-sign", primary=True))
        if mine:
            others.append(
                Action("撤回", url=reverse("review:recall", args=[found.uuid]), icon="arrow-back-up", quiet=True)
            )
    if found.state == State.APPROVED and user.has_zt_perm("exchange.send"):
        url = reverse("desk:send", args=[found.uuid])
        others.insert(0, Action("报送", url=url, icon="send", primary=not queries.has_gone(found)))
    if found.state == State.APPROVED and user.has_zt_perm("exchange.record"):
        others.append(Action("转办", url=reverse("handling:pass_on", args=[found.uuid]), icon="arrows-split-2"))
        url = reverse("desk:outcome", args=[found.uuid])
        others.append(Action("登记结果", url=url, icon="clipboard-list"))
    if found.state == State.APPROVED and user.has_zt_perm("exchange.publish"):
        url = f"{reverse('papers:new')}?item={found.uuid}"
        others.append(Action("评为优秀信息", url=url, icon="star", quiet=True))
    return others


def _named(user: User, found: Item) -> Action | None:
    """Return the way to answer as a co-author, while one may; the question itself is the next step of the work."""
    if found.state not in OPEN_STATES:
        return None
    row = found.authors.filter(user=user, consent__in=[Consent.ASKED, Consent.CONFIRMED]).first()
    if row is None:
        return None
    asked = row.consent == Consent.ASKED
    url = reverse("items:sign", args=[found.uuid])
    return Action("答复联名" if asked else "联名", url=url, icon="user-check", primary=asked)
