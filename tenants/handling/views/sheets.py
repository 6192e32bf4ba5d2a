"""The sheet of a handling as a file, for who reads all items of the asking unit; each download is logged."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from tenants.handling.sheets import Sheet, docx_of, pdf_of, sheet_of
from tenants.items.views.common import reader
from tenants.review.sheets import DOCX, PDF
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.documents import downloads
from zhitong.exchange.queries.handling import handling_of
from zhitong.units.current import unit_in_force

_FILES: dict[str, tuple[str, Callable[[Sheet], bytes]]] = {"pdf": (PDF, pdf_of), "docx": (DOCX, docx_of)}


@login_required
@require_safe
def sheet(request: HttpRequest, handling_uuid: UUID, extension: str) -> FileResponse:
    """Hand out the sheet of a handling as `pdf` or `docx`.

    Raises:
        NotFound: not a handling of this unit, or another sort of file.
    """
    user = reader(request)
    user.actor.require("items.read_all")
    found = handling_of(require_unit(), handling_uuid)
    if found is None or extension not in _FILES:
        raise NotFound
    media_type, make = _FILES[extension]
    return downloads.hand_out(
        actor=user.actor,
        content=make(sheet_of(found, unit_in_force(), reader=user.name)),
        name=f"办理情况 {found.packet.content.get('number_label') or found.title[:20]}.{extension}",
        media_type=media_type,
        made_of=found.uuid,
        object_kind="handling",
        object_id=found.uuid,
    )
