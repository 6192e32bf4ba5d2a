"""A way out of a message after an action (收回): kept with the message as its extra tags."""

from zhitong.web.parts import Action

_SEPARATOR = " "


def link(label: str, url: str) -> str:
    """Return the extra tags of a message that offers `url` under the word `label`, which holds no blank."""
    return f"{label}{_SEPARATOR}{url}"


def action_of(extra_tags: str | None) -> Action | None:
    """Return the way out that a message offers, None without one."""
    label, found, url = (extra_tags or "").partition(_SEPARATOR)
    return Action(label, url=url) if found and url.startswith("/") else None
