"""Files of a draft while the page stays open: one uploaded, one taken off. Scripts off, the writing page does both."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from tenants.items import operations, queries
from tenants.items.views.common import reader
from tenants.items.views.writing_parts import upload_of
from zhitong.core.errors import InvalidInput, Refusal


@login_required
@require_POST
def upload(request: HttpRequest, item_uuid: UUID) -> JsonResponse:
    """Add the posted `file` to an own draft: 201 with its row as HTML, else the message that names the file."""
    user = reader(request)
    try:
        item = queries.get_written(user, item_uuid)
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput("没有收到文件，请再选一次。")
        attachment = operations.attach(actor=user.actor, item_uuid=item_uuid, file=file)
    except Refusal as refusal:
        return JsonResponse(
            {"message": refusal.message}, status=refusal.status, json_dumps_params={"ensure_ascii": False}
        )
    row = render_to_string(
        "components/upload-row.html", {"file": upload_of(item, attachment), "upload_edit": True}, request
    )
    return JsonResponse({"row": row}, status=201, json_dumps_params={"ensure_ascii": False})


@login_required
@require_POST
def remove_file(request: HttpRequest, item_uuid: UUID, file_uuid: UUID) -> HttpResponse:
    """Take a file off an own draft; nothing to say when it is done."""
    operations.remove_attachment(actor=reader(request).actor, item_uuid=item_uuid, attachment_uuid=file_uuid)
    return HttpResponse(status=204)
