"""What was done, line by line, and by which version of which flow."""

from tenants.review.queries import RunScreen
from zhitong.web.templatetags.zt import zt_short


def history_of(screen: RunScreen, *, last: int | None = None) -> list[dict[str, str]]:
    """Return the acts as readable lines, oldest first; with `last`, only so many of the latest."""
    lines = screen.lines[-last:] if last else screen.lines
    return [
        {
            "by": line.by,
            "when": zt_short(line.at),
            "what": f"{line.step}：{line.words}" if line.step else line.words,
            "why": line.why,
            "edition": f"第 {line.edition} 稿" if line.edition else "",
        }
        for line in lines
    ]


def flow_note(screen: RunScreen) -> str:
    """Return by which version of which flow the item runs."""
    version = screen.run.flow_version
    return f"{version.flow.name} · 按第 {version.number} 版办理"
