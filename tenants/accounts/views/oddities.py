"""What was refused in the unit because something was not what it said: for those who read its trail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.accounts.oddities import ORDER, told
from tenants.accounts.oddities import oddities as oddities_of_unit
from tenants.accounts.views.common import needs
from zhitong.web import navigation, parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import Cell, TableColumn, TableRow
from zhitong.web.templatetags.zt import zt_short


@needs("audit.read")
@require_safe
def oddities(request: HttpRequest) -> HttpResponse:
    """List what was refused and left its trace, newest first."""
    navigation.mark(request, "people")
    page = page_of(oddities_of_unit(), ORDER, request.GET)
    context = {
        "columns": [TableColumn(word) for word in ("时间", "什么事", "说明", "谁")],
        "rows": [
            TableRow(
                [
                    Cell(zt_short(one.at), look="num"),
                    Cell(one.what, look="t"),
                    Cell(one.more, look="words"),
                    Cell(one.who),
                ]
            )
            for one in told(page.items)
        ],
        "page": page,
        "empty_box": parts.empty("没有异常", "来稿、文件、一次性链接和程序提交都没有被拦下的。", icon="circle-check"),
    }
    return render(request, "accounts/oddities.html", context)
