"""The list of circulars, one of them with its tables, and its prints."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import User
from tenants.circulars import body, operations, prints, queries
from tenants.circulars.figures import gather
from tenants.circulars.forms import BeginForm
from tenants.circulars.models import Circular
from tenants.circulars.operations import period_of
from tenants.circulars.tables import RATE_NOTE, SHOWN, Difference, Figures, differences
from tenants.circulars.views import common
from tenants.items.models import State as ItemState
from tenants.items.texts import Texts
from tenants.items.views.common import reader
from tenants.papers.views.common import sections
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.documents import downloads
from zhitong.documents.kinds import KINDS
from zhitong.ranking.queries import is_stale
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Fact, TableColumn
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [TableColumn(label) for label in ("标题", "期号", "状态", "数据", "起草")]
_PRINTS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List the circulars the reader may see, newest first; a post begins one."""
    user = reader(request)
    form = BeginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        user.actor.require("circulars.edit")
        try:
            begun = operations.begin(actor=user.actor, when=form.when())
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "通报已按数字起草，请核对正文再送审。")
            return redirect("circulars:circular", circular_uuid=begun.uuid)
    queries.require_any(user)
    page = page_of(queries.visible(user), queries.ORDER, request.GET)
    gone, mark = common.replaced(page.items), unit_in_force().mark
    context = {
        "form": form,
        "may_begin": user.has_zt_perm("circulars.edit"),
        "columns": _COLUMNS,
        "rows": [common.row_of(one, mark, replaced=one.pk in gone) for one in page.items],
        "page": page,
        "page_size": SIZE,
        "page_unit": "份",
        "caption": "通报",
        "filters": sections(request, user, "circulars"),
        "empty_box": parts.empty(
            "还没有通报", "选一个已经结束的时段，点“起草通报”，表格和正文按数字生成。", icon="report"
        ),
    }
    return render(request, "circulars/index.html", context, status=form.status)


@login_required
@require_safe
@never_cache
def circular(request: HttpRequest, circular_uuid: UUID) -> HttpResponse:
    """One circular: its text, its tables as they were frozen, and whether the figures have changed since."""
    user = reader(request)
    found = queries.get_visible(user, circular_uuid)
    unit, figures = unit_in_force(), Figures.of_json(found.figures)
    changed = _changed(found, figures)
    correction = queries.correction_of(found)
    context = {
        "circular": found,
        "doc_title": str(found.item),
        "facts": _facts(found, figures),
        "due": common.standing(found),
        "altered": not queries.digest_holds(found),
        "correction": body.correction_words(found, unit.mark),
        "replaces_url": reverse("circulars:circular", args=[found.replaces.uuid]) if found.replaces else "",
        "replaced_by": correction,
        "replaced_words": body.number_words(correction, unit.mark) if correction else "",
        "under_way": queries.correction_under_way(found) if not correction else None,
        "changed": changed[:SHOWN],
        "changed_more": max(0, len(changed) - SHOWN),
        "passages": body.passages(Texts.of(found.item)),
        "tables": [(table, common.drawn(table), common.named(table)) for table in figures.tables if table.rows],
        "rate_note": RATE_NOTE,
        "source": body.source_words(figures),
        "stale": not found.is_published and is_stale(period_of(found)),
        "prints": [
            Fact(word, "", reverse("circulars:file", args=[found.uuid, kind])) for kind, word in _PRINTS.items()
        ],
        "run": queries.latest_run(found),
        **actions_of(user, found, changed=bool(changed), corrected=correction is not None),
        "filters": sections(request, user, "circulars"),
        "back": reverse("circulars:index"),
        "phone_title": "通报",
    }
    return render(request, "circulars/circular.html", context)


@login_required
@require_safe
def file(request: HttpRequest, circular_uuid: UUID, extension: str) -> FileResponse:
    """Hand out a print of a circular, under the reader's mark; it is logged.

    Raises:
        NotFound: no such circular for this reader, or no such kind of file.
    """
    user = reader(request)
    found = queries.get_visible(user, circular_uuid)
    make = prints.FORMATS.get(extension)
    if make is None:
        raise NotFound
    printed = prints.print_of(found, Texts.of(found.item), unit_in_force(), reader=user.name)
    return downloads.hand_out(
        actor=user.actor,
        content=make(printed),
        name=f"{found.item}.{extension}",
        media_type=KINDS[extension].media_type,
        made_of=found.uuid,
        object_kind="item",
        object_id=found.uuid,
    )


def actions_of(user: User, circular: Circular, *, changed: bool, corrected: bool) -> dict[str, Any]:
    """Return what the reader can do with a circular as it stands, the next step first."""
    edits, sends = user.has_zt_perm("circulars.edit"), user.has_zt_perm("circulars.publish")
    state = circular.item.state
    if circular.is_published:
        return _after(circular, edits=edits and not corrected, sends=sends, changed=changed)
    if state in {ItemState.DRAFT, ItemState.RETURNED} and edits:
        write = Action("修改正文", url=reverse("circulars:edit", args=[circular.uuid]), icon="pencil")
        again = Action("重新取数", icon="refresh", name="verb", value="refresh")
        redraft = Action("取数并重写正文", name="verb", value="redraft", quiet=True)
        drop = Action("删除", icon="trash", name="verb", value="delete", quiet=True)
        hand_in = Action("送审", icon="send", primary=True, name="verb", value="hand_in", key="Ctrl Enter")
        more = [redraft, drop] if state == ItemState.DRAFT else [redraft]
        return {
            "actions": [hand_in, write, again],
            "more_actions": more,
            "next_step": "按本单位的流程审签。\n送审以后数字固定。",
        }
    if state == ItemState.APPROVED and sends:
        url = reverse("circulars:publish", args=[circular.uuid])
        return {
            "actions": [Action("下发", url=url, icon="send", primary=True)],
            "next_step": "选接收单位，编期号，下发后不再改变。",
        }
    return {"actions": []}


def _after(circular: Circular, *, edits: bool, sends: bool, changed: bool) -> dict[str, Any]:
    actions = []
    if edits and queries.correction_under_way(circular) is None:
        word = "更正数字" if changed else "起草更正版"
        actions.append(Action(word, icon="pencil", primary=True, name="verb", value="correct"))
    if sends:
        actions.append(Action("看下发情况", url=reverse("papers:sent", args=[circular.uuid]), icon="list"))
    return {
        "actions": actions,
        "next_step": "另起草一份更正版，写明更正了什么，\n审签下发后代替这一份。" if edits else "",
    }


def _changed(circular: Circular, frozen: Figures) -> list[Difference]:
    """Return where the figures of now differ from the frozen ones."""
    try:
        now, _ = gather(unit_in_force(), period_of(circular))
    except WrongState:  # no rules any more: nothing to compare with
        return []
    return differences(frozen, now)


def _facts(circular: Circular, figures: Figures) -> list[Fact]:
    drafter = circular.item.created_by
    facts = [
        Fact("期号", body.number_words(circular, unit_in_force().mark)),
        Fact("时段", figures.words),
        Fact("数据截至", figures.as_of),
        Fact("起草", drafter.name if drafter else ""),
        Fact("下发", f"{circular.published_by} {zt_short(circular.published_at)}" if circular.published_at else ""),
    ]
    return [fact for fact in facts if fact.value]
