"""The columns an import knows: our own set (English keys or Chinese heads), and the yearly ledger of DOMAIN §8.

Every head leads to one of our names; heads that are not listed are ignored.
"""

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "编号", "稿件编号", "提案编号"),
    "title": ("title", "标题", "信息标题", "题目"),
    "text": ("text", "正文", "内容", "全文"),
    "problem": ("problem", "情况反映"),
    "analysis": ("analysis", "原因分析"),
    "suggestions": ("suggestions", "意见建议"),
    "category": ("category", "label", "类别", "分类", "领域"),
    "keywords": ("keywords", "关键词"),
    "date": ("date", "日期", "时间", "来稿时间", "提交时间"),
    "authors": ("authors", "author", "反映人", "姓名", "作者", "提案者"),
    "author_id": ("author_id",),
    "author_kind": ("author_kind", "submitter_kind", "反映主体"),
    "signatories": ("signatories", "联名人数"),
    "duty": ("duty", "职务"),
    "sector": ("sector", "界别"),
    "party": ("party", "党派", "政治面貌"),
    "from_unit": ("from_unit", "反映单位", "报送单位", "来源单位"),
    "urgency": ("urgency", "紧急程度"),
    "outcome": ("outcome", "采用情况", "区采用情况", "本级采用情况"),
    "issue": ("issue", "期数"),
    "district_sent": ("报区",),
    "district_handled": ("区采纳落实情况",),
    "city_sent": ("报市",),
    "city_outcome": ("市采用情况",),
    "national_outcome": ("全国采用/批示", "全国采用／批示"),
}
NAME_OF = {head: name for name, heads in COLUMNS.items() for head in heads}
# What the network cannot hold without a sending of its own is kept in words, in the remark.
IN_REMARK = {
    "issue": "期数",
    "district_sent": "报区",
    "district_handled": "区采纳落实情况",
    "city_sent": "报市",
    "city_outcome": "市采用情况",
    "national_outcome": "全国采用/批示",
}
