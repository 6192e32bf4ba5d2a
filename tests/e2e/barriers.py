"""The rules of axe, and the width of the screen, asked of a page that stands in a real browser."""

from pathlib import Path

from playwright.sync_api import Page

# What the front-end set-up fetched (`make setup-tests`).
_AXE = Path(__file__).resolve().parents[2] / "build/frontend/node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
  .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))"""
_IS_THERE = "typeof axe === 'object'"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def barriers(page: Page) -> list[str]:
    """Return what keeps somebody out of the page as it stands now, each with the element; nothing on a sound page."""
    if not page.evaluate(_IS_THERE):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    wide = page.evaluate(_TOO_WIDE)
    found: list[str] = page.evaluate(_RUN, _RULES)
    return [*found, f"{wide} px wider than the screen"] if wide > 0 else found
