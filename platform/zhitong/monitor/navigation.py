"""Navigation entries of the dashboards."""

from zhitong.web import navigation
from zhitong.web.navigation import MenuEntry, NavEntry

navigation.register(
    NavEntry(
        "province", "全省态势", "monitor:province", "chart-bar", permission="monitor.province", order=15, phone=True
    ),
    NavEntry(
        "overview",
        "态势",
        "monitor:own",
        "chart-bar",
        permission="ranking.read",
        unless_permission="monitor.province",
        order=59,
        group=navigation.FIGURES,
    ),
    # Whoever works in the office has it in their menu: the bar is long enough.
    NavEntry(
        "mine",
        "我的一年",
        "monitor:mine",
        "chart-bar",
        permission="items.write",
        unless_permission="ranking.read",
        order=22,
    ),
)
navigation.register_menu(MenuEntry("mine", "我的一年", "monitor:mine", "chart-bar", permission="items.write", order=10))
