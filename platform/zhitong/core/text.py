"""Text from people: one normal form, no invisible characters, counted as a reader counts."""

import re
import unicodedata

import regex

KEY_DIGITS = 18  # the key of a row (bigint) has at most these; any number of so many digits fits

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACED = "\ufffd"  # what every decoder puts where bytes are no character
# Blanks without width, direction marks, fillers: pasted along unseen, they say nothing. Joiners stay, they shape signs.
_UNSEEN = re.compile("[\u00ad\u034f\u115f\u1160\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\u2800\u3164\uffa0]")
_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_NUMBER = re.compile("[0-9]+")
_CLUSTER = regex.compile(r"\X")


def fault(text: str) -> str:
    """Return why `text` cannot be kept (Chinese: the first bad character and its place), or an empty string.

    Control characters, text-direction overrides, lone surrogates and U+FFFD cannot be kept. The last is never typed: it
    is what is left of characters that were broken on the way (a wrong encoding, a cut-off copy).
    """
    return _fault(_plain_ends(text))


def clean(text: str) -> str:
    """Return `text` in NFC with plain line ends, without trailing blanks and unseen characters.

    Without any visible character it is empty.

    Raises:
        ValueError: it cannot be kept; the message is that of `fault`.
    """
    text = _plain_ends(text)
    if wrong := _fault(text):
        raise ValueError(wrong)
    plain = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    if not _JOINERS.sub("", plain).strip():
        return ""
    return "\n".join(line.rstrip() for line in plain.split("\n")).strip()


def readable(text: str) -> str:
    """Return `text` without the characters that `fault` objects to."""
    return _SURROGATE.sub("", _FORBIDDEN.sub("", _plain_ends(text))).replace(_REPLACED, "")


def count(text: str) -> int:
    """Return the number of characters a reader sees: grapheme clusters, blanks and line ends not counted."""
    return sum(1 for cluster in _CLUSTER.findall(text) if not cluster.isspace())


def whole_number(text: str, digits: int = KEY_DIGITS) -> int | None:
    """Return the whole number that `text` from an address or a form is; None when it is anything else.

    A number is 1 to `digits` of the digits 0 to 9 and nothing besides: no sign, no blank, no full-width or other digit,
    which a database or a second reader might take differently. Zeros in front are digits like the others. It is bounded
    because no column holds more, and because Python refuses to read very long ones.
    """
    return int(text) if len(text) <= digits and _NUMBER.fullmatch(text) else None


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _fault(text: str) -> str:
    place = text.find(_REPLACED)
    if place >= 0:
        return f"第 {place + 1} 个字符在传输或复制时损坏了，显示为“�”，请改成原来的字再提交。"
    bad = _FORBIDDEN.search(text) or _SURROGATE.search(text)
    if bad:
        return f"第 {bad.start() + 1} 个字符是看不见的控制字符（U+{ord(bad.group()):04X}），请删去后再提交。"
    return ""
