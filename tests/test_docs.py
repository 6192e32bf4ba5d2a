"""What the documents refer to is there: files, headings, pictures; and no picture lies there unseen."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
IMAGES = ROOT / "docs" / "images"
LINK = re.compile(r"\]\(([^)\s]+)\)")
MOST_BYTES = 250_000  # of one picture: whoever clones the project takes them all


def links(page: Path) -> list[str]:
    """Return where the page's links lead, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in LINK.findall(text) if "://" not in link]


def headings(page: Path) -> set[str]:
    """Return the names by which the headings of a page can be reached."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        name, _, part = link.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (part and part not in headings(found)):
            dead.append(link)
    assert dead == []


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page) if link.endswith(".png")}
    assert {path.name for path in IMAGES.iterdir()} == {path.name for path in shown if path.parent == IMAGES}
    assert [path.name for path in IMAGES.iterdir() if path.stat().st_size > MOST_BYTES] == []
