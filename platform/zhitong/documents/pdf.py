"""From a template to a PDF: A4 as GB/T 9704-2012 lays it out, free Chinese faces, the reader's mark on every page.

Nothing is fetched while a page is set: a template that names an address breaks the print, it does not reach out.
"""

from importlib import resources
from typing import Any, NoReturn

from django.template.loader import render_to_string

# Where the marks stand on a page, in millimetres from its upper left corner.
MARKS = [(x, y) for y in range(40, 300, 52) for x in (14, 84, 154)]


def render_pdf(template: str, context: dict[str, Any], *, mark: str) -> bytes:
    """Return the PDF of a template that extends `documents/print.html`.

    Args:
        mark: the reader and the minute, drawn over every page.

    Raises:
        ValueError: the template names an address.
    """
    from weasyprint import CSS, HTML  # heavy, and only prints need it

    html = render_to_string(template, {**context, "mark": mark, "marks": MARKS})
    sheet = CSS(string=resources.files("zhitong.documents").joinpath("print.css").read_text(encoding="utf-8"))
    pdf: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf(stylesheets=[sheet])
    return pdf


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"a print fetches nothing, and its template names {url!r}")
