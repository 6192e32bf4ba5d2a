"""The review chains of the demo's units, as a unit's administrator would set them."""

from typing import Any

from tenants.accounts import operations as accounts
from tenants.review import operations as review
from zhitong.core.operations import system
from zhitong.units.models import Unit, UnitKind

PARTY_POSTS = {"info_officer": "信息专员", "chief": "主委"}
_IMPORTANT = [{"field": "urgency", "in": ["important", "urgent"]}]


def _step(key: str, name: str, kind: str, post: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "kind": kind,
        "posts": [post],
        "mode": "any",
        "limit_days": 2,
        "limit_hours": 4,
        "on_empty": "administrator",
        **more,
    }


# 南海 and 佛山: ordinary items end at the research office, important ones go to the chairman (DOMAIN §5, 1 and 4).
OFFICE = {
    "steps": [
        _step("research", "研究室编审", "editing", "research"),
        _step("secretary", "秘书长初审", "first_review", "secretary", when=_IMPORTANT),
        _step("vice_chair", "分管副主席复审", "second_review", "vice_chair", when=_IMPORTANT),
        _step("chair", "主席审定", "sign_off", "chair", when=_IMPORTANT),
    ]
}
# Parties: the informant's draft goes through the office to the head of the committee (DOMAIN §5, 7).
PARTY = {
    "steps": [
        _step("info_officer", "信息专员初审", "first_review", "info_officer"),
        _step("chief", "主委签发", "issue", "chief", when=_IMPORTANT),
    ]
}


def set_up(unit: Unit, *, is_office: bool) -> None:
    """Publish the unit's chain; must run inside the unit. Other committees keep the preset they came with."""
    actor = system(unit.pk, "平台")
    if unit.kind != UnitKind.COMMITTEE:
        for code, name in PARTY_POSTS.items():
            accounts.ensure_position(actor=actor, code=code, name=name)
        review.publish_flow(actor=actor, flow_code="main", name="党派信息", definition=PARTY, is_default=True)
    elif is_office:
        review.publish_flow(actor=actor, flow_code="main", name="重要信息", definition=OFFICE, is_default=True)
