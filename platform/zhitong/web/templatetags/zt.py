"""Template tags and filters of the look: icons, states, buttons, dates in words, figures. A builtin everywhere."""

import pickle
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zhitong.core import clock
from zhitong.web import toasts
from zhitong.web.parts import Action, Change, State, TableColumn, Tag, TextMark

register = template.Library()

_NOTHING = mark_safe("")
_TREND_ICONS = {"up": "arrow-up", "down": "arrow-down"}


# --- marks --------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, look: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; hidden from readers unless it has a `label` of its own."""
    return _icon(name, look, label) if name else _NOTHING


# A page draws dozens, mostly the same.
@lru_cache(maxsize=1024)
def _icon(name: str, look: str, label: str) -> SafeString:
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="ti {}" {} focusable="false"><use href="{}#{}"></use></svg>',
        look,
        spoken,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def drawn(component: str, **values: Any) -> SafeString:
    """Return a component (`bar-list`) drawn from these values and nothing else, as `include … only` would.

    What was drawn of the same values is kept: a chart of two dozen rows costs as much as half of a page.
    """
    return _drawn(f"components/{component}.html", pickle.dumps(values))


@lru_cache(maxsize=256)
def _drawn(template_name: str, values: bytes) -> SafeString:
    return render_to_string(template_name, pickle.loads(values))  # noqa: S301 - packed by ourselves


@register.simple_tag
def state(value: State | None, look: str = "") -> SafeString:
    """Draw a state: icon and word."""
    if not value:
        return _NOTHING
    kind = f"is-{value.kind}" if value.kind else ""
    return format_html('<span class="zt-state {} {}">{}{}</span>', kind, look, icon(value.shown_icon), value.word)


@register.simple_tag
def tag(value: Tag | None) -> SafeString:
    """Draw a tag, or the seal of 批示."""
    if not value:
        return _NOTHING
    if value.kind == "pishi":
        return format_html('<span class="zt-pishi">{}</span>', value.word)
    return format_html('<span class="zt-tag {}">{}</span>', f"is-{value.kind}" if value.kind else "", value.word)


@register.simple_tag
def text_mark(value: TextMark) -> SafeString:
    """Draw the number behind a passage, on the way to what was said about it: no blanks, it stands in a text."""
    look = "zt-textmark is-faint" if value.faint else "zt-textmark"
    return format_html(
        '<a class="{0}" id="mark-{1}" href="#remark-{1}" aria-label="批注 {2}">{2}</a>', look, value.key, value.number
    )


@register.simple_tag
def change(value: Change | None) -> SafeString:
    """Draw a change: arrow and word."""
    if not value:
        return _NOTHING
    return format_html('<span class="{}">{}{}</span>', value.look, icon(_TREND_ICONS.get(value.trend, "")), value.word)


@register.simple_tag
def attrs(values: Mapping[str, str] | None) -> SafeString:
    """Write extra attributes, escaped."""
    return format_html_join("", ' {}="{}"', (values or {}).items())


@register.simple_tag
def action(value: Action, small: bool = False) -> SafeString:  # noqa: FBT001, FBT002 - a template's switch
    """Draw a button or a link; a refused one stays visible and says why."""
    looks = ["btn"]
    looks += ["btn-primary"] if value.primary and not value.refused else []
    looks += ["btn-quiet"] if value.quiet else []
    looks += ["btn-sm"] if small else []
    key = format_html(" <kbd>{}</kbd>", value.key) if value.key else _NOTHING
    inner = format_html("{}{}{}", icon(value.icon), value.label, key)
    extra = attrs(value.attrs)
    if value.key:
        extra = format_html('{} data-key="{}"', extra, value.key)
    look = " ".join(looks)
    if value.refused:
        return format_html(
            '<button type="button" class="{}" aria-disabled="true" data-refused="{}"{}>{}</button>',
            look,
            value.refused,
            extra,
            inner,
        )
    if value.url:
        return format_html('<a class="{}" href="{}"{}>{}</a>', look, value.url, extra, inner)
    named = format_html(' name="{}" value="{}"', value.name, value.value) if value.name else _NOTHING
    kind = "button" if any(name.startswith("data-") for name in value.attrs) and not value.name else "submit"
    return format_html('<button type="{}" class="{}"{}{}>{}</button>', kind, look, named, extra, inner)


@register.filter
def toast_action(extra_tags: str | None) -> Action | None:
    """Return the way out that a message after an action offers."""
    return toasts.action_of(extra_tags)


# --- lists --------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """Return the query string with `changes` put in; None takes a key out, and all but a page go back to page one."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    if "after" not in changes and "before" not in changes:
        changes |= {"after": None, "before": None}
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_url(context: template.Context, column: TableColumn, current: str) -> str:
    """Return the address that sorts by `column`, downwards first, then upwards."""
    return qs(context, sort=column.sort if current == f"-{column.sort}" else f"-{column.sort}")


@register.filter
def aria_sort(column: TableColumn, current: str) -> str:
    """Return the value of `aria-sort` for a head."""
    return {column.sort: "ascending", f"-{column.sort}": "descending"}.get(current, "none")


@register.filter
def querystring(values: Mapping[str, Any]) -> str:
    """Return a mapping as a query string."""
    return urlencode(values)


# --- dates --------------------------------------------------------------------------------------------------------


@register.filter
def zt_short(value: datetime | date | None) -> str:
    """Return `06-17 09:58` for tables (`2025-06-17` in another year, `06-17` for a plain date)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{local:%m-%d %H:%M}" if local.year == clock.today().year else f"{local:%Y-%m-%d}"
    return f"{value:%m-%d}" if value.year == clock.today().year else f"{value:%Y-%m-%d}"


@register.filter
def zt_day(value: datetime | date | None) -> str:
    """Return `6 月 17 日` for authors, with the year when it is another one."""
    if value is None:
        return ""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    year = "" if day.year == clock.today().year else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


@register.filter
def zt_due(value: datetime | None) -> State | None:
    """Return a deadline in words: 超期 1 天, 剩 3 小时, 今日 17:30, else the day. Pass it to `state`.

    Days count by the calendar of China, as a reader counts them. Less than four hours are counted in hours.
    """
    if value is None:
        return None
    now, due = timezone.localtime(clock.now()), timezone.localtime(value)
    left = due - now
    if left < timedelta(0):
        days = (now.date() - due.date()).days
        return State(f"超期 {days} 天" if days else f"超期 {_hours(-left)} 小时", "late")
    if due.date() == now.date():
        if left < timedelta(hours=4):
            return State(
                f"剩 {_hours(left)} 小时" if left >= timedelta(hours=1) else f"剩 {_minutes(left)} 分钟", "soon"
            )
        return State(f"今日 {due:%H:%M}", "soon")
    return State(zt_short(due.date()))


def _hours(span: timedelta) -> int:
    return max(1, int(span.total_seconds() // 3600))


def _minutes(span: timedelta) -> int:
    return max(1, int(span.total_seconds() // 60))


# --- figures and names --------------------------------------------------------------------------------------------


@register.filter
def thousands(value: Any) -> str:
    """Return a number with separators: 13,746. Words pass through, None becomes a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, Decimal):
        return points(value)
    if isinstance(value, (int, float)):
        return f"{value:,}".replace("-", "−")
    return str(value)


@register.filter
def points(value: Decimal | int | None) -> str:
    """Return points without trailing zeros and with a real minus: 22, 2.5, −1."""
    if value is None:
        return "—"
    shown = f"{Decimal(value):,f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown.replace("-", "−")


@register.filter
def authors(names: Any) -> str:
    """Return the first of several signers: 某某 等 N 人."""
    people = [str(name) for name in names]
    if len(people) < 2:
        return "".join(people)
    return f"{people[0]} 等 {len(people)} 人"


@register.filter
def is_text(value: Any) -> bool:
    """Tell a plain paragraph from the pieces of a comparison."""
    return isinstance(value, str)


@register.filter
def percent(value: Any) -> str:
    """Return a length for SVG, between 0 and 100 %, with a dot whatever the locale."""
    return f"{min(100.0, max(0.0, float(value or 0))):.2f}%"
