"""The review sheet as a file: for whoever sees the inside of the run; each download is logged."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from tenants.items.views.common import reader
from tenants.review import sheets
from tenants.review.queries.access import runs_reviewed_by
from tenants.review.sheets import Sheet
from zhitong.core.errors import NotFound
from zhitong.documents import downloads

_FILES: dict[str, tuple[str, Callable[[Sheet], bytes]]] = {
    "pdf": (sheets.PDF, sheets.pdf_of),
    "docx": (sheets.DOCX, sheets.docx_of),
}


@login_required
@require_safe
def sheet(request: HttpRequest, run_uuid: UUID, extension: str) -> FileResponse:
    """Hand out the review sheet of a run as `pdf` or `docx`.

    Raises:
        NotFound: no such run, an own item's, or another sort of file.
    """
    user = reader(request)
    run = runs_reviewed_by(user).select_related("item").filter(uuid=run_uuid).first()
    if run is None or extension not in _FILES:
        raise NotFound
    media_type, make = _FILES[extension]
    unit = connection.tenant  # type: ignore[attr-defined]
    made = sheets.sheet_of(run, unit, reader=user.name)
    number = dict(made.facts).get("编号", "")
    return downloads.hand_out(
        actor=user.actor,
        content=make(made),
        name=f"审签单 {number}.{extension}",
        media_type=media_type,
        made_of=run.uuid,
        object_kind="item",
        object_id=run.item.uuid,
    )
