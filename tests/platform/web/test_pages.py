"""Refusals and errors: status, words, nothing revealed; health; forms."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal
from zhitong.web import views
from zhitong.web.forms import Form
from zhitong.web.middleware import RefusalMiddleware, RequestIdMiddleware

Make = Callable[..., HttpRequest]


def answer(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Let the middleware answer what a view raised."""
    response = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, fault)
    assert response is not None
    return response


def test_a_refusal_says_why_by_which_rule_and_who_can_change_it(request_of: Make) -> None:
    fault = NotAllowed("反映人不审自己的信息。", rule="“重要信息”流程第 3 版", who="秘书长可转办")
    response = answer(request_of(), fault)
    page = response.content.decode()
    assert response.status_code == 403
    for words in ("反映人不审自己的信息。", "依据", "“重要信息”流程第 3 版", "谁能改", "秘书长可转办", "回首页"):
        assert words in page
    assert page.count("<h1") == 1


def test_htmx_gets_the_part_alone(request_of: Make) -> None:
    request = request_of()
    request.htmx = True  # type: ignore[attr-defined]
    response = answer(request, InvalidInput("标题太长。", fields={"title": ["最多 100 字。"]}))
    page = response.content.decode()
    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "#zt-say"
    assert "<html" not in page
    assert 'role="alert"' in page
    assert "标题太长。 最多 100 字。" in page


@pytest.mark.parametrize("fault", [NotFound(), Refusal("已由何静签收。")])
def test_every_refusal_keeps_its_status(request_of: Make, fault: Refusal) -> None:
    response = answer(request_of(), fault)
    assert response.status_code == fault.status
    assert fault.message in response.content.decode()


def test_words_in_a_refusal_are_escaped(request_of: Make) -> None:
    assert "<script>alert" not in answer(request_of(), Refusal("<script>alert(1)</script>")).content.decode()


def test_a_body_over_the_limit_is_a_413(request_of: Make) -> None:
    assert answer(request_of(), RequestDataTooBig()).status_code == 413


def test_other_faults_stay_faults(request_of: Make) -> None:
    assert RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request_of(), KeyError("x")) is None


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (views.bad_request, 400),
        (views.forbidden, 403),
        (views.not_found, 404),
        (views.too_large, 413),
        (views.csrf_failure, 403),
    ],
)
def test_own_pages_reveal_nothing(request_of: Make, view: Any, status: int) -> None:
    response = view(request_of("/items/12345"), "secret detail")
    page = response.content.decode()
    assert response.status_code == status
    assert page.count("<h1") == 1
    assert "secret detail" not in page
    assert "12345" not in page
    assert "谁能改" in page or status in {400, 403, 413}


def test_the_error_page_needs_no_user_and_gives_the_number(request_of: Make) -> None:
    seen: list[HttpResponse] = []

    def fail(request: HttpRequest) -> HttpResponse:
        del request.user
        seen.append(views.server_error(request))
        return seen[0]

    request = request_of()
    request.META["HTTP_X_REQUEST_ID"] = "abcdef12-3456"
    response = RequestIdMiddleware(fail)(request)
    assert response.status_code == 500
    assert "E-ABCDEF12" in response.content.decode()
    assert response.headers["X-Request-Id"] == "abcdef12-3456"


def test_a_strange_request_id_is_replaced(request_of: Make) -> None:
    request = request_of()
    request.META["HTTP_X_REQUEST_ID"] = "x\n<script>"
    assert "<" not in RequestIdMiddleware(lambda _request: HttpResponse())(request).headers["X-Request-Id"]


def test_an_unknown_host_learns_no_unit() -> None:
    page = render_to_string("unknown_host.html")
    assert "这个网址没有开通" in page
    assert "政协" not in page


def test_health_asks_the_database(request_of: Make, db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = views.healthz(request_of("/healthz"))
    assert (response.status_code, response.content) == (200, b"ok")
    assert [query["sql"] for query in asked.captured_queries if "SELECT 1" in query["sql"]] == ["SELECT 1"]


class Sample(Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名或手机号", help_text="邀请短信里的号码")
    kind = forms.ChoiceField(label="身份", choices=[("a", "委员"), ("b", "信息员")], widget=forms.RadioSelect)
    group = forms.ChoiceField(label="界别", choices=[("1", "科技界")], required=False)
    agreed = forms.BooleanField(label="不含涉密内容")


def test_a_field_has_label_help_and_error_that_belong_together() -> None:
    page = str(Sample({"name": "", "kind": "z"}))
    assert '<label for="id_name">姓名或手机号' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page or 'aria-describedby="id_name_helptext"' in page
    assert "请填写姓名或手机号。" in page
    assert "请选择不含涉密内容。" in page
    assert 'href="#id_name"' in page
    assert "可不填" in page
    assert "This field" not in page


def test_what_was_typed_comes_back_escaped() -> None:
    page = str(Sample({"name": '<b>"梁', "kind": "a", "agreed": "on"}))
    assert "&lt;b&gt;&quot;梁" in page


class Words(Form):
    """One field for each of Django's own words."""

    name = forms.CharField(label="姓名", max_length=3, min_length=2)
    email = forms.EmailField(label="邮箱")
    code = forms.SlugField(label="代号")
    day = forms.DateField(label="日期")
    count = forms.IntegerField(label="人数")
    kind = forms.ChoiceField(label="身份", choices=[("a", "委员")])
    kinds = forms.MultipleChoiceField(label="身份", choices=[("a", "委员")])
    points = forms.DecimalField(label="分值")
    many = forms.IntegerField(label="数量", max_value=9)
    few = forms.IntegerField(label="次数", min_value=1)
    own = forms.CharField(label="自己的话", max_length=3, error_messages={"max_length": "太长。"})
    file = forms.FileField(label="名册")


def test_what_is_wrong_is_said_in_the_words_of_the_house() -> None:
    wrong = {
        "name": "长" * 4,
        "email": "x",
        "code": "断",
        "day": "x",
        "count": "x",
        "points": "x",
        "many": "10",
        "few": "0",
        "kind": "z",
        "kinds": ["z"],
        "own": "长" * 4,
    }
    assert {name: texts[0] for name, texts in Words(wrong).errors.items()} == {
        "name": "最多 3 个字，现在有 4 个。",
        "email": "邮箱地址不完整，请核对。",
        "code": "只能用字母、数字、下划线和连字符。",
        "day": "请填写日期，例如 2026-01-05。",
        "count": "请填写整数。",
        "points": "请填写数，例如 3 或 1.5。",
        "many": "请填不大于 9 的数。",
        "few": "请填不小于 1 的数。",
        "kind": "列表里没有这一项，请重新选择。",
        "kinds": "列表里没有这一项，请重新选择。",
        "own": "太长。",
        "file": "请选择名册。",
    }
    assert Words({**wrong, "name": "短"}).errors["name"] == ["至少 2 个字，现在有 1 个。"]


def test_a_refusal_meets_its_fields_once_and_the_rest_stands_above() -> None:
    form = Words({"name": "\ufffd\ufffd", "own": "好"})
    form.refuse(
        InvalidInput(
            "没有保存。", rule="规则", who="管理员", fields={"name": ["损坏"], "own": ["不好"], "x": ["另一处"]}
        )
    )
    assert (form.status, Words().status) == (422, 200)
    assert len(form.errors["name"]) == 1
    assert "第 1 个字符" in form.errors["name"][0]
    assert form.errors["own"] == ["不好"]
    assert form.non_field_errors() == ["没有保存。另一处（规则；管理员）"]
    late = Words({"name": "好的"})
    late.refuse(Refusal("已由何静签收。"))
    assert late.status == 409
    assert late.non_field_errors() == ["已由何静签收。"]
