"""A draft of a flow as the pages of flows read and write it."""

import html
from typing import Any

from django.test import Client

from tenants.review import operations as review
from tenants.review.models import FlowVersion
from tests.tenants.review.conftest import House

MAIN = "/review/flows/main/"
STEP = {"key": "s1", "name": "编审", "posts": ["research"], "limit_days": 2, "on_empty": "administrator"}
URGENT = [{"field": "urgency", "in": ["urgent"]}]
# What the panel of a step always sends.
PANEL = {
    "do": "step", "name": "编审", "who": ["post:research:", ""], "mode": "any", "limit_days": "2", "on_late": "mark",
    "on_empty": "administrator", "link-0-to": "", "verifying_pauses": "1",
    "may": ["edit", "return", "keep", "decline", "add", "reassign", "delegate", "verify", "relay"],
}  # fmt: skip


def draft(house: House, *steps: dict[str, Any], code: str = "main", **flow: Any) -> FlowVersion:
    made = [{**STEP, "key": f"s{n}", "name": f"第{n}步", **step} for n, step in enumerate(steps, 1)]
    return review.save_draft_version(
        actor=house.admin.actor, flow_code=code, name="试验流程", definition={"steps": made, **flow}
    )


def drafted(code: str = "main") -> FlowVersion:
    return FlowVersion.objects.get(flow__code=code, state=FlowVersion.State.DRAFT)


def steps(code: str = "main") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drafted(code).definition["steps"]
    return found


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def save(admin: Client, key: str = "s1", code: str = "main", **changes: Any) -> Any:
    return admin.post(f"/review/flows/{code}/?step={key}", {**PANEL, "revision": drafted(code).revision, **changes})
