"""One word per state for everybody: authors, clerks and other units read the same one, wherever it is shown.

Every label, tab, station and filter takes its word from here. `tests/test_words.py` finds a second copy, and every
synonym of `NEVER`.
"""

DRAFT = "草稿"
IN_REVIEW = "审核中"
TO_REVISE = "退回修改"
ADOPTED = "已采用"
KEPT = "留存"
DECLINED = "不采用"
WITHDRAWN = "已撤回"
MERGED = "已并入"
AWAITING_RECEIPT = "待签收"
RECEIVED = "已签收"
SENT_BACK = "已退回"
MOVED_ON = "已转交"
AWAITING_FEEDBACK = "等反馈"
NOT_SENT = "未报"

# State of an item in its unit -> word; search knows items by these codes too.
ITEM_STATES = {
    "draft": DRAFT,
    "in_review": IN_REVIEW,
    "returned": TO_REVISE,
    "approved": ADOPTED,
    "kept": KEPT,
    "declined": DECLINED,
    "withdrawn": WITHDRAWN,
    "merged": MERGED,
}

# What a screen might say instead -> the word it has to say.
NEVER = {
    "编审中": IN_REVIEW,
    "审批中": IN_REVIEW,
    "在审的": IN_REVIEW,
    "全部在审": IN_REVIEW,
    "审核当中": IN_REVIEW,
    "待修改": TO_REVISE,
    "被采纳": ADOPTED,
    "已采纳": ADOPTED,
    "已录用": ADOPTED,
    "待接收": AWAITING_RECEIPT,
    "已接收": RECEIVED,
    "等待反馈": AWAITING_FEEDBACK,
    "待反馈": AWAITING_FEEDBACK,
}
