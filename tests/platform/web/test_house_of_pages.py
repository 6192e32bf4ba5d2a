"""Promises of every template and style sheet: no inline code, known icons, documented parts, readable colours."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import zhitong.web

WEB = Path(zhitong.web.__file__).parent
ROOT = WEB.parents[2]
COMPONENTS = sorted((WEB / "templates" / "components").glob("*.html"))
STYLES = sorted((WEB / "static" / "web" / "css").glob("*.css"))


def templates() -> list[Path]:
    """Every template of the product."""
    found = [
        path for root in ("platform", "tenants", "search", "api") for path in (ROOT / root).rglob("templates/**/*.html")
    ]
    return sorted(found)


def icon_names() -> set[str]:
    lines = (WEB / "frontend" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return {name for line in lines if (name := line.partition("#")[0].strip())}


def used_icons(text: str) -> Iterator[str]:
    yield from re.findall(r"{%\s*icon\s+[\"']([a-z0-9-]+)[\"']", text)


def sheets() -> dict[str, set[str]]:
    """The classes of our own parts that each style sheet speaks of, by the name under which a page links it."""
    found = {}
    for root in ("platform", "tenants", "search", "api"):
        for path in (ROOT / root).rglob("static/**/*.css"):
            rules = re.sub(r"/\*.*?\*/|{[^{}]*}", " ", path.read_text(encoding="utf-8"), flags=re.S)
            found[path.as_posix().partition("/static/")[2]] = set(re.findall(r"\.(zt-[a-z0-9-]+)", rules))
    return found


def linked(text: str) -> set[str]:
    return set(re.findall(r"{% static '([^']+\.css)' %}", text))


def test_every_page_links_the_sheets_that_its_classes_need() -> None:
    """A class that only sheets speak of which the page does not link has no effect: its layout falls apart unseen."""
    known, missing = sheets(), []
    always = linked((WEB / "templates" / "css.html").read_text(encoding="utf-8"))
    by_name = {path.as_posix().partition("/templates/")[2]: path.read_text(encoding="utf-8") for path in templates()}
    for name, text in by_name.items():
        if not (base := re.search(r'{% extends "([^"]+)" %}', text)):
            continue
        have = always | linked(text) | linked(by_name[base[1]])
        for words in re.findall(r'class="([^"]*)"', text):
            for used in re.findall(r"(?<![\w-])zt-[a-z0-9-]+", re.sub(r"{[%{].*?[%}]}", " ", words)):
                where = {sheet for sheet, classes in known.items() if used in classes}
                if where and not where & have:
                    missing.append(f"{name}: {used} of {sorted(where)}")
    assert missing == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_inline_code_or_unknown_icons(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style[\s>]", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"href\s*=\s*[\"']javascript:", text)
    assert not re.search(r"hx-on|hx-vals=[\"']js:", text)
    assert set(used_icons(text)) <= icon_names()


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_says_what_it_takes(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("{#")
    assert first.endswith("#}")


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_a_style_sheet_is_loaded_and_can_be_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/*")
    assert len(text.splitlines()) <= 400
    assert "url(" not in text
    assert text.count("{") == text.count("}")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tokens(name: str) -> dict[str, str]:
    text = (WEB / "static" / "web" / "css" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"--zt-([a-z0-9-]+):\s*(#[0-9a-f]{6})", text))


@pytest.mark.parametrize("sheet", ["tokens.css", "wall.css"])
@pytest.mark.parametrize("surface", ["ground", "paper", "sunk"])
def test_text_and_controls_stand_out_on_every_surface(sheet: str, surface: str) -> None:
    """Text 4.5 : 1, edges of controls and the focus ring 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    token = tokens(sheet)
    for ink in ("ink", "ink-2", "ink-3", "red", "blue", "green", "amber"):
        assert contrast(token[ink], token[surface]) >= 4.5, (ink, surface)
    for edge in ("control", "blue"):
        assert contrast(token[edge], token[surface]) >= 3, (edge, surface)


@pytest.mark.parametrize("state", ["red", "blue", "green", "amber"])
def test_state_words_stand_out_on_their_wash(state: str) -> None:
    token = tokens("tokens.css")
    assert contrast(token[state], token[f"{state}-wash"]) >= 4.5
