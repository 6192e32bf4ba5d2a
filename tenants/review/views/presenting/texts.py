"""The chosen text of an item with its tabs: original, edited, any two compared, what others said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tenants.items import comparison
from tenants.items.models import Edition
from tenants.items.queries import NAMELESS, labels_of
from tenants.items.texts import LABELS, Texts
from tenants.review.models import Task
from tenants.review.queries import RunScreen, TaskScreen
from tenants.review.views.presenting.steps import name_of
from zhitong.web.parts import Fact, Passage, State, TextTab
from zhitong.web.templatetags.zt import zt_short


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one of those asked said: who, whose group or post, when, the words; or how it stands with them."""

    who: str
    kind: str
    when: str
    words: str
    state: State | None = None


def text_of(screen: RunScreen, wanted: str, *, pair: Mapping[str, str] | None = None, here: str = "") -> dict[str, Any]:
    """Return the chosen text with its tabs.

    Args:
        screen: the run, or a task of it.
        wanted: `original`, `edited`, `diff` or `opinions`; the most telling one when there is no such.
        pair: `from` and `to`: the numbers of the editions to compare; those that tell most when None or unknown.
        here: the page's address; the task's own when empty.
    """
    if isinstance(screen, TaskScreen):
        here = here or reverse("review:task", args=[screen.task.uuid])
    opinions = opinions_of(screen)
    shown = _shown(screen, wanted, opinions)
    tabs = [
        TextTab("原稿", f"{here}?text=original", shown == "original", key="1"),
        TextTab("核稿", f"{here}?text=edited", shown == "edited", key="2", refused=_no_edit(screen)),
        TextTab("对比", f"{here}?text=diff", shown == "diff", key="3", refused=_nothing_to_compare(screen)),
    ]
    if opinions:
        tabs.append(TextTab(f"意见 {len(opinions)}", f"{here}?text=opinions", shown == "opinions", key="4"))
    context: dict[str, Any] = {"tabs": tabs, "shown": shown, "files": [], "editions": []}
    if not screen.shows_text:
        return context | {"passages": [], "no_text": "正文不在您可以看的范围内。"}
    context["files"] = files_of(screen)
    if shown == "opinions":
        return context | {"asked_opinions": opinions, "passages": []}
    if shown == "diff":
        return context | _comparison(screen, *_pair(screen, pair or {}))
    edition = screen.edited if shown == "edited" else screen.original
    passages = comparison.passages(Texts.of(edition or screen.item), labels_of(screen.item))
    return context | {"passages": passages, "written": _written(screen, edition) if edition else ""}


def opinions_of(screen: RunScreen) -> list[Opinion]:
    """Return the opinions around a task, each beside the others; nothing for a run without a task in view."""
    if not isinstance(screen, TaskScreen):
        return []
    answers = {act.task_id: act for act in screen.acts if act.verb == "answer"}
    found = []
    for task in screen.opinions:
        act = answers.get(task.pk)
        who = name_of(screen, task)
        if act and task.state == Task.State.DONE:
            found.append(Opinion(who, task.get_kind_display(), zt_short(act.at), act.reason))
        else:
            found.append(Opinion(who, task.get_kind_display(), "", "", State("等回复", "now")))
    return found


def files_of(screen: RunScreen) -> list[Fact]:
    """Return the item's files, each with its way through the gate of this run."""
    return [Fact(file.name, "", reverse("review:file", args=[screen.run.uuid, file.uuid])) for file in screen.files]


def _no_edit(screen: RunScreen) -> str:
    if screen.edited:
        return ""
    if isinstance(screen, TaskScreen) and screen.is_mine and "edit" in screen.step.may:
        return "还没有，按 E 改"
    return "还没有核稿"


def _nothing_to_compare(screen: RunScreen) -> str:
    return "" if len(screen.comparable) > 1 else "只有一稿"


def _shown(screen: RunScreen, wanted: str, opinions: list[Opinion]) -> str:
    possible = {
        "original": True,
        "edited": bool(screen.edited),
        "diff": not _nothing_to_compare(screen),
        "opinions": bool(opinions),
    }
    if possible.get(wanted):
        return wanted
    return "diff" if screen.compared else "original"


def _pair(screen: RunScreen, asked: Mapping[str, str]) -> tuple[Edition, Edition]:
    known = {str(edition.number): edition for edition in screen.comparable}
    default = screen.compared or screen.comparable[-2:]
    return known.get(asked.get("from", ""), default[0]), known.get(asked.get("to", ""), default[1])


def _comparison(screen: RunScreen, old: Edition, new: Edition) -> dict[str, Any]:
    compared = comparison.compare(Texts.of(old), Texts.of(new), labels_of(screen.item))
    inserted, deleted, changes = comparison.changed(compared)
    return {
        "passages": [one for one in compared if one.heading != LABELS["title"] or _differs(one)],
        "inserted": inserted,
        "deleted": deleted,
        "changes": changes,
        "old": old.number,
        "new": new.number,
        "editions": [(edition.number, _written(screen, edition)) for edition in screen.comparable],
    }


def _written(screen: RunScreen, edition: Edition) -> str:
    """Return which text it is, by whom and when: 第 2 稿 核稿 周敏 06-15 14:20."""
    who = NAMELESS if screen.hides_writer(edition) else edition.writer_label
    return f"第 {edition.number} 稿 {edition.get_kind_display()} {who} {zt_short(edition.written_at)}"


def _differs(passage: Passage) -> bool:
    pieces = [piece for paragraph in passage.paragraphs if not isinstance(paragraph, str) for piece in paragraph]
    return any(piece.kind for piece in pieces)
