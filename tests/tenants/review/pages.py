"""Asking for the pages of review as somebody of the house."""

import html
from typing import Any

from django.test import Client

from tenants.accounts.models import User
from tenants.review.models import Run
from tests.factories import client_for
from tests.tenants.review.conftest import House, task_of


def client(house: House, user: User | None) -> Client:
    """Return a browser of `user` on the unit's host."""
    return client_for(user, house.unit)


def page_of(house: House, user: User, run: Run, query: str = "") -> tuple[int, str]:
    """Return status and words of the user's task of a run."""
    answer = client(house, user).get(f"/review/tasks/{task_of(user, run).uuid}/{query}")
    return answer.status_code, answer.content.decode()


def post(house: House, user: User, run: Run, **data: Any) -> Any:
    """Press a verb on the user's task of a run."""
    return client(house, user).post(f"/review/tasks/{task_of(user, run).uuid}/decide/", data)


def said(answer: Any) -> str:
    """Return the words of an answer."""
    return html.unescape(answer.content.decode())
