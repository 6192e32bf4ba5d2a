"""Text from people: one normal form, no invisible characters, counted as a reader counts."""

import re
import unicodedata

import regex

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLUSTER = regex.compile(r"\X")


def clean(text: str) -> str:
    """Return `text` in NFC with plain line ends, trailing blanks cut.

    Raises:
        ValueError: it holds control characters, text-direction overrides or lone surrogates; the message (Chinese)
            names the first one and its place.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _FORBIDDEN.search(text) or _SURROGATE.search(text)
    if bad:
        raise ValueError(f"第 {bad.start() + 1} 个字符是看不见的控制字符（U+{ord(bad.group()):04X}），请删去后再提交。")
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")]
    return "\n".join(lines).strip()


def count(text: str) -> int:
    """Return the number of characters a reader sees: grapheme clusters, blanks and line ends not counted."""
    return sum(1 for cluster in _CLUSTER.findall(text) if not cluster.isspace())
