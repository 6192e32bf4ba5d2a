"""Navigation entries of items."""

from zhitong.web import navigation
from zhitong.web.navigation import NavEntry

navigation.register(
    NavEntry("write", "写信息", "items:new", "pencil-plus", permission="items.write", order=20, group=navigation.ITEMS),
    NavEntry(
        "own_items",
        "我的信息",
        "items:own",
        "list-details",
        permission="items.write",
        order=21,
        phone=True,
        group=navigation.ITEMS,
    ),
    NavEntry("items", "稿件", "items:all", "stack-2", permission="items.read_all", order=30, group=navigation.ITEMS),
    NavEntry(
        "writing_rules",
        "填报规则",
        "items:rules",
        "adjustments",
        permission="units.settings",
        order=82,
        group=navigation.SETTINGS,
    ),
)
