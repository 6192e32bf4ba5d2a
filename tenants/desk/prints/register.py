"""The register on paper: a wide table of the rows of a filter."""

from collections.abc import Sequence

from zhitong.core import clock
from zhitong.documents.pdf import render_pdf


def pdf_of_register(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, reader: str) -> bytes:
    """Return the rows as a PDF, on pages that lie across."""
    printed_at = f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
    context = {"title": title, "heads": heads, "rows": rows, "reader": reader, "printed_at": printed_at}
    return render_pdf("desk/prints/register.html", context, mark=f"{reader} {printed_at}")
