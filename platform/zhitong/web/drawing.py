"""What drawings that the server makes have in common: how wide words are, and how much of them fits."""


def len_of(text: str, size: int) -> int:
    """Return how wide a text of that size is, in pixels and rather too wide: Chinese is square, Latin about half."""
    return round(sum(size if ord(letter) > 0x2000 else size * 0.58 for letter in text))


def cut(text: str, size: int, room: int) -> str:
    """Return as much of a text as fits, with … for the rest."""
    if len_of(text, size) <= room:
        return text
    while text and len_of(text, size) + size > room:
        text = text[:-1]
    return f"{text}…"
