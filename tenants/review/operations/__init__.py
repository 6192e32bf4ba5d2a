"""Every write of review: publishing flows, sending an item through one, deciding its tasks."""

from tenants.review.operations.administering import end_run, expedite, jump, reassign_task, restart
from tenants.review.operations.alarms import limit_passed
from tenants.review.operations.asking import add_after, add_before, answer, copy_to, delegate, reassign, remove_signer
from tenants.review.operations.batches import BATCH_LIMIT, Answer, decide_many
from tenants.review.operations.clearing import ask_clearance, missing_clearance
from tenants.review.operations.deciding import (
    decide_decline,
    decide_keep,
    decide_object,
    decide_pass,
    decide_return,
    edit_text,
    save_checks,
)
from tenants.review.operations.flows import (
    discard_draft,
    draft_preset,
    ensure_default_flow,
    import_flow,
    known_posts,
    make_default,
    publish_draft,
    publish_flow,
    save_draft_version,
    stop_flow,
)
from tenants.review.operations.handing_over import (
    end_absence,
    follow_absence,
    leave_post,
    leave_unit,
    replace_holder,
    set_absence,
)
from tenants.review.operations.running import (
    comment,
    mark_copy_read,
    mark_seen,
    recall,
    start_run,
    submit,
    urge,
)
from tenants.review.operations.taking_back import can_take_back, take_back

__all__ = [
    "BATCH_LIMIT",
    "Answer",
    "add_after",
    "add_before",
    "answer",
    "ask_clearance",
    "can_take_back",
    "comment",
    "copy_to",
    "decide_decline",
    "decide_keep",
    "decide_many",
    "decide_object",
    "decide_pass",
    "decide_return",
    "delegate",
    "discard_draft",
    "draft_preset",
    "edit_text",
    "end_absence",
    "end_run",
    "ensure_default_flow",
    "expedite",
    "follow_absence",
    "import_flow",
    "jump",
    "known_posts",
    "leave_post",
    "leave_unit",
    "limit_passed",
    "make_default",
    "mark_copy_read",
    "mark_seen",
    "missing_clearance",
    "publish_draft",
    "publish_flow",
    "reassign",
    "reassign_task",
    "recall",
    "remove_signer",
    "replace_holder",
    "restart",
    "save_checks",
    "save_draft_version",
    "set_absence",
    "start_run",
    "stop_flow",
    "submit",
    "take_back",
    "urge",
]
