"""Navigation entries of the dashboards."""

from zhitong.web import navigation
from zhitong.web.navigation import NavEntry

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
    ),
)
