"""The description and the answers agree: every operation is called with generated requests, good and bad."""

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from tenants.accounts.models import User
from tests.api.conftest import key_of
from tests.factories import client_for, make_draft, make_user
from zhitong.units.models import Unit

_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


def test_answers_hold_what_the_description_says(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    clerk = make_user(unit, "li", roles=["clerk"])
    make_draft(unit, clerk)
    load_all_checks()
    checks = CHECKS.get_by_names(_CHECKS)
    address = f"http://{unit.get_primary_domain().domain}"
    headers = {"Authorization": f"Bearer {key_of(clerk, unit)}"}
    description = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler(), base_url=address, headers=headers)
    called = 0
    for result in description.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=30, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def answers_fit(case: schemathesis.Case) -> None:
            case.call_and_validate(base_url=address, headers=headers, checks=checks)

        answers_fit()
        called += 1
    assert called == 7


def test_the_description_needs_a_caller_and_names_every_problem(calls: Client, unit: Unit) -> None:
    schema = calls.get("/api/schema/").json()
    assert schema["openapi"].startswith("3.")
    for operations in schema["paths"].values():
        for described in operations.values():
            assert "application/problem+json" in described["responses"]["default"]["content"]
    assert Client(SERVER_NAME=unit.get_primary_domain().domain).get("/api/schema/").status_code == 401


def test_the_page_holds_no_inline_script_or_style(unit: Unit, author: User) -> None:
    page = client_for(author, unit).get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert text.count("<script src=") == text.count("<script") == 3
    script = client_for(author, unit).get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    anonymous = Client(SERVER_NAME=unit.get_primary_domain().domain).get("/api/docs/")
    assert anonymous.status_code == 302
