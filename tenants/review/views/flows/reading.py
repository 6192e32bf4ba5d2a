"""Reading a flow without changing it: two versions compared in words, a version as a file."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.views.common import needs
from tenants.review import queries
from tenants.review.definition import compare as differences
from tenants.review.definition import parse, write_file
from tenants.review.queries import FlowRow, VersionRow
from zhitong.core.errors import NotFound
from zhitong.core.text import whole_number
from zhitong.web import navigation

CONFIGURE = "review.configure"


@needs(CONFIGURE)
@require_safe
def compare(request: HttpRequest, flow_code: str) -> HttpResponse:
    """Show what differs between the versions `a` and `b` (by default the two newest).

    Raises:
        NotFound: no such flow or version, or it has only one.
    """
    navigation.mark(request, "flows")
    row = queries.get_flow(flow_code)
    if len(row.versions) < 2:
        raise NotFound
    after = _numbered(row, request.GET.get("b", ""), row.versions[0])
    before = _numbered(row, request.GET.get("a", ""), row.versions[1])
    first, second = parse(before.version.definition), parse(after.version.definition)
    context = {
        "flow": row.flow,
        "versions": row.versions,
        "before": before.version,
        "after": after.version,
        "differences": differences(first, second, queries.names_of_unit()),
        "back": reverse("review:flow", args=[flow_code]),
        "phone_title": "对比",
    }
    return render(request, "review/flows/compare.html", context)


@needs(CONFIGURE)
@require_safe
def export(request: HttpRequest, flow_code: str) -> HttpResponse:
    """Hand out a version as a file (by default the one in use, else the newest).

    Raises:
        NotFound: no such flow or version.
    """
    row = queries.get_flow(flow_code)
    found = _numbered(row, request.GET.get("version", ""), row.in_use or row.versions[0])
    content = write_file(row.flow.name, found.version.definition)
    response = HttpResponse(content, content_type="application/yaml; charset=utf-8")
    name = quote(f"{row.flow.name}-第{found.version.number}版.yaml")
    response.headers["Content-Disposition"] = f"attachment; filename=\"flow.yaml\"; filename*=UTF-8''{name}"
    return response


def _numbered(row: FlowRow, wanted: str, otherwise: VersionRow) -> VersionRow:
    if not wanted:
        return otherwise
    found = row.numbered(whole_number(wanted))
    if found is None:
        raise NotFound
    return found
