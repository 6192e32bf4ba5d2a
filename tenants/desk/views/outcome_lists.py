"""A body's list of outcomes: read, matched to own items, shown side by side where a clerk must choose, and recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any, Self

from django.contrib import messages
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import actor_of
from tenants.accounts.views.common import needs
from tenants.desk import operations
from tenants.desk.forms import OutcomeListForm
from tenants.desk.outcome_lists import Fate, Listed, Matched, match, read_list, read_pasted
from tenants.desk.queries import answering_bodies
from zhitong.core.errors import InvalidInput
from zhitong.core.tables import WrongRow
from zhitong.documents import storage
from zhitong.documents.storage import StoredFile
from zhitong.exchange.models import AdoptionMode, EventKind
from zhitong.units.current import unit_in_force
from zhitong.units.models import ExternalBody
from zhitong.web import navigation
from zhitong.web.parts import State

RECORD = "exchange.record"
ROWS_LIMIT = 500
_SALT = "desk.outcome_list"
_KEPT_SECONDS = 8 * 3600  # a clerk chooses among doubtful rows and is called away
_STATES = {
    Fate.SURE: State("对上了", "ok"),
    Fate.DOUBT: State("要人选定", "soon", "alert-triangle"),
    Fate.KNOWN: State("已登记", "off"),
    Fate.NONE: State("没有对上", "soon", "circle-dashed"),
    Fate.WRONG: State("不能登记", "late", "alert-triangle"),
}


@dataclass(frozen=True)
class _Terms:
    """What holds for the whole list: see `operations.record_list`."""

    mode: AdoptionMode
    day: date
    proof: StoredFile | None

    def packed(self) -> list[Any]:
        """Return it as primitives."""
        return [self.mode, self.day.isoformat(), asdict(self.proof) if self.proof else None]

    @classmethod
    def unpacked(cls, packed: Sequence[Any]) -> Self:
        """Return what was packed."""
        mode, day, proof = packed
        return cls(AdoptionMode(mode), date.fromisoformat(day), StoredFile(**proof) if proof else None)


@needs(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Take a list; a post shows what each of its rows is about, and changes nothing."""
    navigation.mark(request, "send")
    bodies = answering_bodies()
    if request.method != "POST":
        return _form_page(request, OutcomeListForm(bodies=bodies))
    form = OutcomeListForm(request.POST, request.FILES, bodies=bodies)
    if not form.is_valid():
        return _form_page(request, form)
    given = form.cleaned_data
    body = next(one for one in bodies if str(one.uuid) == given["body"])
    file = given["file"]
    try:
        rows = _read(read_list(file.file, file.name) if file else read_pasted(given["pasted"]))
    except InvalidInput as refusal:
        form.add_error("file" if file else "pasted", refusal.message)
        return _form_page(request, form)
    terms = _Terms(AdoptionMode(given["mode"]), given["day"], _proof(file))
    return _rows_page(request, body, rows, match(rows, body), terms)


@needs(RECORD)
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Record the list that was shown, each row for the item chosen. Sent twice, the second finds all recorded."""
    navigation.mark(request, "send")
    bodies = answering_bodies()
    try:
        kept = signing.loads(request.POST.get("list", ""), salt=_salt(), max_age=_KEPT_SECONDS)
        body = next(one for one in bodies if str(one.uuid) == kept["body"])
    except (signing.BadSignature, StopIteration):
        doubt = "上次预览已超过八小时或不完整，没有登记任何结果。请重新选择名单。"
        return _form_page(request, OutcomeListForm(bodies=bodies), doubt=doubt, status=422)
    rows, terms = _unpacked(kept["rows"]), _Terms.unpacked(kept["terms"])
    answers = [answer for one in match(rows, body) if (answer := _answer(one, request.POST.get(f"row-{one.line}", "")))]
    refused = operations.record_list(actor=actor_of(request.user), body=body, answers=answers, **vars(terms))
    wrong = {answer.listed.line: why for answer, why in zip(answers, refused, strict=True) if why}
    done = len(answers) - len(wrong)
    if done:
        messages.success(request, f"已登记 {done} 条结果，链上的单位和反映人会收到通知。")
    left = match(rows, body)
    if not wrong and not any(one.fate in {Fate.DOUBT, Fate.NONE, Fate.WRONG} for one in left):
        return redirect(f"{reverse('desk:send_list')}?tab=sent")
    return _rows_page(request, body, rows, left, terms, refused=wrong, status=422 if wrong else 200)


def _answer(one: Matched, chosen: str) -> operations.Answer | None:
    """Return what the clerk says the row is about: one of the items that were shown with it, or none."""
    if one.listed is None or one.fate not in {Fate.SURE, Fate.DOUBT}:
        return None
    item = next((found.item_uuid for found in one.matches if str(found.item_uuid) == chosen), None)
    return operations.Answer(item, one.listed) if item else None


def _read(rows: Iterable[Listed | WrongRow]) -> list[Listed | WrongRow]:
    found = list(islice(rows, ROWS_LIMIT + 1))
    if not found:
        raise InvalidInput("表里没有内容：表头下面是空的。")
    if len(found) > ROWS_LIMIT:
        raise InvalidInput(f"一次最多 {ROWS_LIMIT} 行，请分成几次。")
    return found


def _proof(file: Any) -> StoredFile | None:
    """Keep the list itself as the proof of what it says; a kind that is not kept (CSV) proves nothing."""
    if not file:
        return None
    try:
        return storage.store(unit_in_force(), file)
    except InvalidInput:
        return None


def _packed(rows: Sequence[Listed | WrongRow]) -> list[Any]:
    return [
        [row.line, row.reason]
        if isinstance(row, WrongRow)
        else {**asdict(row), "day": row.day.isoformat() if row.day else None}
        for row in rows
    ]


def _unpacked(packed: Sequence[Any]) -> list[Listed | WrongRow]:
    return [
        Listed(**row | {"kind": EventKind(row["kind"]), "day": date.fromisoformat(row["day"]) if row["day"] else None})
        if isinstance(row, dict)
        else WrongRow(*row)
        for row in packed
    ]


def _salt() -> str:
    return f"{_SALT}.{connection.tenant.uuid}"  # type: ignore[attr-defined]


def _form_page(
    request: HttpRequest, form: OutcomeListForm, *, doubt: str = "", status: int | None = None
) -> HttpResponse:
    context = {"form": form, "doubt": doubt, "phone_title": "按名单登记", "back": reverse("desk:send_list")}
    return render(request, "desk/outcome_list.html", context, status=status or form.status)


def _rows_page(
    request: HttpRequest,
    body: ExternalBody,
    rows: Sequence[Listed | WrongRow],
    matched: Sequence[Matched],
    terms: _Terms,
    *,
    refused: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show each row beside what it may be about; what was refused says why."""
    signed = {"body": str(body.uuid), "rows": _packed(rows), "terms": terms.packed()}
    counts = {fate: sum(1 for one in matched if one.fate is fate) for fate in Fate}
    context = {
        "body": body,
        "rows": [_row(one, terms, (refused or {}).get(one.line, "")) for one in matched],
        "sure": counts[Fate.SURE],
        "doubt": counts[Fate.DOUBT],
        "known": counts[Fate.KNOWN],
        "without": counts[Fate.NONE] + counts[Fate.WRONG],
        "open": counts[Fate.SURE] + counts[Fate.DOUBT],
        "kept": signing.dumps(signed, salt=_salt(), compress=True),
        "phone_title": "按名单登记",
        "back": reverse("desk:outcome_list"),
    }
    return render(request, "desk/outcome_list_rows.html", context, status=status)


def _row(one: Matched, terms: _Terms, refused: str) -> dict[str, Any]:
    listed = one.listed
    return {
        "line": one.line,
        "listed": listed,
        "outcome": _outcome(listed, terms) if listed else "",
        "state": _STATES[one.fate],
        "words": refused or one.words,
        "refused": bool(refused),
        "matches": one.matches,
        "open": one.fate in {Fate.SURE, Fate.DOUBT},
        "chosen": str(one.matches[0].item_uuid) if one.fate is Fate.SURE else "",
    }


def _outcome(listed: Listed, terms: _Terms) -> str:
    """Return what would be recorded, in a line."""
    what = AdoptionMode(listed.mode or terms.mode).label if listed.kind == EventKind.ADOPTED else listed.kind.label
    issue = f"第 {listed.issue_number} 期" if listed.issue_number else ""
    where = f"《{listed.bulletin}》{issue}" if listed.bulletin else issue
    return " · ".join(filter(None, (str(what), where, listed.leader, f"{listed.day or terms.day:%Y-%m-%d}")))
