"""Dossiers: one's own (phone first), those of the unit's people for its office, and all of them in a list."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import MemberKind, User
from tenants.duties import prints, words
from tenants.duties.models import Counted, DutyRecord
from tenants.duties.queries import dossiers
from tenants.duties.queries.dossiers import Dossier, DutyState, Report, Year
from tenants.duties.queries.targets import progress, targets_of_user
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.documents.downloads import hand_out
from zhitong.documents.kinds import KINDS
from zhitong.ranking import words as ranking_words
from zhitong.ranking.models import DossierTransfer
from zhitong.ranking.transfers import is_unchanged, received
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import SavedFilter, State, Tag
from zhitong.web.templatetags.zt import points as point_words

_YEARS = 5  # that the list of members offers


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show the reader's own dossier."""
    user = reader(request)
    return _page(request, user, user)


@login_required
@require_safe
def member(request: HttpRequest, user_uuid: UUID) -> HttpResponse:
    """Show the dossier of one of the unit's people to its office."""
    user = reader(request)
    user.actor.require("duties.read")
    return _page(request, user, dossiers.get_member(user_uuid))


@login_required
@require_safe
def own_print(request: HttpRequest, extension: str) -> FileResponse:
    """Hand out the reader's own dossier as a file."""
    user = reader(request)
    return _file(request, user, user, extension)


@login_required
@require_safe
def member_print(request: HttpRequest, user_uuid: UUID, extension: str) -> FileResponse:
    """Hand out the dossier of one of the unit's people as a file."""
    user = reader(request)
    user.actor.require("duties.read")
    return _file(request, user, dossiers.get_member(user_uuid), extension)


@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """List the unit's people who report with their year."""
    user = reader(request)
    user.actor.require("duties.read")
    year = dossiers.asked_year(request.GET.get("year", ""))
    base = reverse("duties:members")
    page = page_of(dossiers.people(), ("name", "pk"), request.GET)
    circles = dossiers.circles_of(page.items)
    waiting = dossiers.waiting_records().count()
    this_year = clock.today().year
    context = {
        "filters": common.sections(request, user, "members"),
        "years": [
            SavedFilter(f"{each} 年", f"{base}?year={each}", current=each == year)
            for each in range(this_year, this_year - _YEARS, -1)
        ],
        "year": year,
        "waiting": waiting,
        "may_manage": user.has_zt_perm("duties.manage"),
        "rows": [_row(one, circles[one.user.pk]) for one in dossiers.years_of(page.items, year)],
        "page": page,
        "page_size": SIZE,
        "page_unit": "人",
        "empty_box": parts.empty("还没有委员和信息员", "由单位管理员在“人员”里建立账号。", icon="users"),
    }
    return render(request, "duties/members.html", context)


def _page(request: HttpRequest, user: User, of: User) -> HttpResponse:
    year = dossiers.asked_year(request.GET.get("year", ""))
    found = dossiers.dossier(of, year)
    is_own = user.pk == of.pk
    opens = is_own or user.has_zt_perm("items.read_all")
    targets = [row for row in targets_of_user(of) if row.first_day.year <= year <= row.last_day.year]
    done = progress(targets)
    base = reverse("duties:own") if is_own else reverse("duties:member", args=[of.uuid])
    years = sorted({*dossiers.years_with_something(of), clock.today().year, year}, reverse=True)
    context = {
        "filters": common.sections(request, user, "own" if is_own else "members"),
        "of": of,
        "is_own": is_own,
        "circles": "、".join(of.circles.values_list("name", flat=True)),
        "year": year,
        "years": [SavedFilter(f"{each}", f"{base}?year={each}", current=each == year) for each in years],
        "figures": _figures(found.year),
        "no_points": found.rules is None,
        "targets": [
            (
                words.owed(row, own=True),
                words.amount(done[row.uuid].done, row.measure),
                done[row.uuid],
                words.standing(done[row.uuid], row.measure),
            )
            for row in targets
        ],
        "duties": [(one, _duty_state(one)) for one in found.year.duties],
        "met": found.year.met,
        "may_enter": of.member_kind == MemberKind.MEMBER
        and (is_own or user.has_zt_perm("duties.manage"))
        and any(one.duty.counted == Counted.RECORDS for one in found.year.duties),
        "enter_url": reverse("duties:record_new") + (f"?user={of.uuid}" if not is_own else ""),
        "reports": [_report(one, opens) for one in found.reports],
        **_ledger(user, found, opens),
        "awards": found.awards,
        "received": [_received(one) for one in received(unit_in_force(), of.person_uuid)],
        "files": [
            (kind, reverse("duties:own_print", args=[kind]) if is_own else _print_url(of, kind))
            for kind in prints.FILES
        ],
        "empty_duties": _no_duties(user, of, year),
        "back": None if is_own else reverse("duties:members"),
        "phone_title": "履职档案",
    }
    return render(request, "duties/dossier.html", context)


def _print_url(of: User, kind: str) -> str:
    return reverse("duties:member_print", args=[of.uuid, kind])


def _file(request: HttpRequest, user: User, of: User, extension: str) -> FileResponse:
    make = prints.FILES.get(extension)
    if make is None:
        raise NotFound
    year = dossiers.asked_year(request.GET.get("year", ""))
    opens = user.pk == of.pk or user.has_zt_perm("items.read_all")
    sheet = prints.sheet_of(dossiers.dossier(of, year), unit=unit_in_force(), reader=user.name, with_titles=opens)
    return hand_out(
        actor=user.actor,
        content=make(sheet),
        name=f"{of.name}{year}年履职档案.{extension}",
        media_type=KINDS[extension].media_type,
        made_of=of.uuid,
        object_kind="user",
        object_id=of.uuid,
    )


def _figures(year: Year) -> list[tuple[str, str, str]]:
    counts = year.counts
    found = [
        ("提交", str(counts.received), "篇"),
        ("本级采用", str(counts.adopted), "篇"),
        ("上级采用", str(counts.higher), "篇"),
        ("批示", str(counts.instructions), "篇"),
        ("应约稿", str(year.calls), "次"),
    ]
    return found if year.points is None else [*found, ("得分", point_words(year.points), "分")]


def _duty_state(one: DutyState) -> State:
    unit = {Counted.POINTS: "分", Counted.RECORDS: "次", Counted.CALLS: "次"}.get(Counted(one.duty.counted), "篇")
    missing = point_words(one.duty.number - one.done)
    return State("已完成", "ok") if one.is_met else State(f"还差 {missing} {unit}", "now")


def _report(one: Report, opens: bool) -> dict[str, Any]:  # noqa: FBT001 - one of two looks
    fact = one.fact
    return {
        "title": one.title if opens and one.title else fact.number_label,
        "label": fact.number_label,
        "url": reverse("desk:journey", args=[fact.item_uuid]) if opens else "",
        "day": fact.submitted_on,
        "tags": words.outcome_tags(one.what),
    }


def _ledger(user: User, found: Dossier, opens: bool) -> dict[str, Any]:  # noqa: FBT001 - one of two looks
    """Return why the points are what they are: the same lines that rankings are made of."""
    own_unit = unit_in_force().pk if opens else None
    labels = {one.fact.item_uuid: one.fact.number_label for one in found.reports}
    titles = {one.fact.item_uuid: one.title for one in found.reports} if opens else {}
    reads_rules = user.has_zt_perm("ranking.read") or user.has_zt_perm("ranking.configure")
    lines = [ranking_words.line(line, labels, titles, own_unit) for line in found.lines]
    return {
        "ledger": lines if reads_rules else [replace(line, rule_url="") for line in lines],
        "total": sum((line.points for line in found.lines if line.counted), Decimal()),
        "rules": found.rules,
    }


def _received(transfer: DossierTransfer) -> dict[str, Any]:
    """Return a dossier from another unit; what does not fit its hash is said, and not shown."""
    sound = is_unchanged(transfer)
    return {
        "unit": transfer.source.short_name,
        "day": transfer.frozen_at,
        "sha256": transfer.sha256,
        "years": (transfer.content or {}).get("years", []) if sound else [],
        "state": State("校验一致", "ok") if sound else State("与转出时不一致，不予显示", "late"),
    }


def _no_duties(user: User, of: User, year: int) -> str:
    if of.member_kind != MemberKind.MEMBER:
        return "履职清单只对委员。"
    who = "请在“履职清单”里添加。" if user.has_zt_perm("duties.manage") else "清单由本单位办公室制定。"
    return f"{year} 年还没有履职清单。{who}"


def _row(year: Year, circles: str) -> dict[str, Any]:
    waiting = sum(record.state == DutyRecord.State.ENTERED for one in year.duties for record in one.records)
    total = len(year.duties)
    word = f"完成 {year.met} / {total} 项"
    return {
        "user": year.user,
        "circles": circles,
        "figures": _figures(year),
        "duties": State(word, "ok" if year.met == total else "now") if total else None,
        "waiting": Tag(f"待确认 {waiting}", "amber") if waiting else None,
    }
