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

# What the network knows of an item by code, in the words of a form: in what quality it was submitted, where it came
# from, how urgent it is.
SUBMITTER_KINDS = {
    "member": "委员",
    "party": "党派团体",
    "committee": "专委会",
    "sector": "界别",
    "lower_cppcc": "下级政协",
    "informant": "信息员",
    "contact_point": "联系点",
}
SOURCES = {
    "original": "原创",
    "call": "约稿",
    "proposal": "提案转化",
    "research": "调研转化",
    "consultation": "协商转化",
    "speech": "会议发言",
}
URGENCIES = {"ordinary": "一般", "important": "重要", "urgent": "紧急"}

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
