"""Every write of review: publishing flows, sending an item through one, deciding its tasks."""

from tenants.review.operations.deciding import decide_decline, decide_keep, decide_pass, decide_return, edit_text
from tenants.review.operations.flows import ensure_default_flow, publish_flow
from tenants.review.operations.running import mark_seen, recall, start_run, submit

__all__ = [
    "decide_decline",
    "decide_keep",
    "decide_pass",
    "decide_return",
    "edit_text",
    "ensure_default_flow",
    "mark_seen",
    "publish_flow",
    "recall",
    "start_run",
    "submit",
]
