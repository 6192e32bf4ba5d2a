"""Items over the API: the way of a report, and who may see what."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tenants.accounts.models import ApiToken, User
from tenants.items.models import Item
from tests import factories
from tests.api.conftest import assert_problem, key_of, with_key
from tests.factories import TEXT, make_draft
from zhitong.core import clock
from zhitong.units.models import Unit

ITEMS = "/api/v1/items/"
JSON = "application/json"


@pytest.fixture
def reviewers(unit: Unit) -> None:
    """Holders of the posts that the default flow asks."""
    for post in ("research", "secretary", "chair"):
        factories.make_user(unit, f"holder_{post}", roles=["leader"], posts=[post])


def test_a_report_is_written_changed_submitted_and_followed(
    calls: Client, clerk_calls: Client, reviewers: None
) -> None:
    made = calls.post(ITEMS, json.dumps({"title": TEXT["title"]}), JSON)
    assert made.status_code == 201, made.content.decode()
    item = made.json()
    assert item["state"] == "draft"
    assert item["number_label"] == ""
    assert [author["name"] for author in item["authors"]] == ["陈一鸣"]

    url = f"{ITEMS}{item['uuid']}/"
    changed = calls.patch(url, json.dumps({**TEXT, "version": item["version"], "keywords": ["消防"]}), JSON)
    assert changed.status_code == 200, changed.content.decode()
    assert changed.json()["problem"] == TEXT["problem"]
    assert changed.json()["version"] == item["version"] + 1
    assert_problem(
        calls.patch(url, json.dumps({"title": "另一个", "version": item["version"]}), JSON), 409, "stale_version"
    )
    assert_problem(calls.get(f"{url}journey/"), 404)

    submitted = calls.post(f"{url}submit/", json.dumps({"version": changed.json()["version"]}), JSON)
    assert submitted.status_code == 200, submitted.content.decode()
    assert submitted.json()["state"] == "in_review"
    assert submitted.json()["number_label"]

    journey = calls.get(f"{url}journey/").json()
    assert journey["item"] == item["uuid"]
    assert [(stop["name"], stop["outcome"]) for stop in journey["stations"]] == [("南海区政协", "审核中")]
    assert [event["what"] for event in journey["stations"][0]["events"]] == ["提交"]
    assert clerk_calls.get(url).json()["state"] == "in_review"


def test_incomplete_items_are_not_submitted_and_the_answer_names_the_fields(calls: Client) -> None:
    item = calls.post(ITEMS, json.dumps({"title": "只有标题"}), JSON).json()
    answer = calls.post(f"{ITEMS}{item['uuid']}/submit/", json.dumps({"version": item["version"]}), JSON)
    assert set(assert_problem(answer, 422)["fields"]) == {"problem", "suggestions"}


def test_drafts_are_their_writers_alone(calls: Client, clerk_calls: Client, unit: Unit, author: User) -> None:
    draft = make_draft(unit, author)
    assert [row["uuid"] for row in calls.get(ITEMS).json()["results"]] == [str(draft.uuid)]
    assert clerk_calls.get(ITEMS).json()["results"] == []
    for url in (f"{ITEMS}{draft.uuid}/", f"{ITEMS}{draft.uuid}/journey/"):
        assert_problem(clerk_calls.get(url), 404, "not_found")
    assert_problem(clerk_calls.patch(f"{ITEMS}{draft.uuid}/", json.dumps({"version": 1, "title": "改"}), JSON), 404)
    assert_problem(clerk_calls.post(f"{ITEMS}{draft.uuid}/submit/", json.dumps({"version": 1}), JSON), 404)


def test_a_key_opens_its_own_unit_only(calls: Client, unit: Unit, author: User, stranger: Unit) -> None:
    draft = make_draft(unit, author)
    neighbour = factories.make_user(stranger, "wang")
    neighbour_key = key_of(neighbour, stranger)
    assert with_key(neighbour_key, stranger).get(ITEMS).status_code == 200
    assert_problem(with_key(neighbour_key, unit).get(ITEMS), 401)
    assert_problem(with_key(neighbour_key, stranger).get(f"{ITEMS}{draft.uuid}/"), 404, "not_found")
    theirs = make_draft(stranger, neighbour)
    assert_problem(calls.get(f"{ITEMS}{theirs.uuid}/"), 404, "not_found")


def test_keys_that_ended_are_refused_alike(unit: Unit, author: User) -> None:
    answers = []
    for change in ({"revoked_at": clock.now()}, {"expires_at": clock.now() - timedelta(seconds=1)}):
        client = with_key(key_of(author, unit), unit)
        with unit:
            ApiToken.objects.order_by("-id").filter(pk=ApiToken.objects.latest("id").pk).update(**change)
        answers.append(assert_problem(client.get(ITEMS), 401))
    answers.append(assert_problem(with_key("nonsense", unit).get(ITEMS), 401))
    answers.append(assert_problem(with_key("", unit).get(ITEMS), 401))
    assert all(answer == answers[0] for answer in answers)
    anonymous = Client(SERVER_NAME=unit.get_primary_domain().domain).get(ITEMS)
    assert_problem(anonymous, 401, "not_authenticated")
    assert anonymous["WWW-Authenticate"].startswith("Bearer")


def test_an_account_out_of_use_cannot_call(calls: Client, unit: Unit, author: User) -> None:
    with unit:
        User.objects.filter(pk=author.pk).update(is_active=False)
    assert_problem(calls.get(ITEMS), 401)


def test_use_of_a_key_is_noted_once_a_minute(calls: Client, unit: Unit) -> None:
    def used() -> object:
        with unit:
            return ApiToken.objects.get().last_used_at

    assert used() is None
    calls.get(ITEMS)
    first = used()
    assert first is not None
    calls.get(ITEMS)
    assert used() == first
    with clock.at(clock.now() + timedelta(minutes=2)):
        calls.get(ITEMS)
    assert used() != first


def test_sessions_work_and_need_the_csrf_token(unit: Unit, author: User) -> None:
    client = factories.client_for(author, unit)
    assert client.get(ITEMS).status_code == 200
    assert client.post(ITEMS, json.dumps({"title": "甲"}), JSON).status_code == 201
    strict = Client(SERVER_NAME=unit.get_primary_domain().domain, enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert_problem(strict.post(ITEMS, json.dumps({"title": "乙"}), JSON), 403)


def test_who_may_not_write_is_told_the_right(unit: Unit) -> None:
    reader = factories.make_user(unit, "du", roles=["reader"])
    answer = with_key(key_of(reader, unit), unit).post(ITEMS, json.dumps({"title": "甲"}), JSON)
    problem = assert_problem(answer, 403, "not_allowed")
    assert problem["rule"]
    assert problem["who"]


def test_pages_of_the_list_hang_together(calls: Client, unit: Unit, author: User) -> None:
    uuids = [str(make_draft(unit, author, title=f"第{n}篇").uuid) for n in range(7)]
    seen: list[str] = []
    url = f"{ITEMS}?limit=3"
    while url:
        page = calls.get(url).json()
        seen += [row["uuid"] for row in page["results"]]
        url = page["next"]
    assert seen == uuids[::-1]
    assert "problem" not in page["results"][0]


@pytest.mark.parametrize(
    "query", ["cursor=%00", "cursor=abc", "cursor=cD1ub3QtYS1kYXRl", "limit=0", "limit=101", "limit=x", "limit=%D9%A3"]
)
def test_odd_pages_are_refused(calls: Client, query: str) -> None:
    assert_problem(calls.get(f"{ITEMS}?{query}"), 400)


def test_a_page_costs_the_same_whatever_its_length(
    calls: Client, unit: Unit, author: User, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    calls.get(ITEMS)
    for _ in range(3):
        make_draft(unit, author)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert calls.get(ITEMS).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1] == costs[2]


def test_another_method_and_another_path_are_problems(calls: Client, unit: Unit) -> None:
    assert_problem(calls.delete(ITEMS), 405)
    for path in ("/api/", "/api/v1/", "/api/v1/items", "/api/v2/items/", "/api/v1/items/12/"):
        assert_problem(calls.get(path), 404)
    assert factories.public_client().get(ITEMS).status_code == 404


def test_nothing_is_written_by_a_refused_draft(calls: Client, unit: Unit) -> None:
    assert_problem(calls.post(ITEMS, json.dumps({"title": "甲", "urgency": "soon"}), JSON), 422)
    with unit:
        assert not Item.objects.exists()
