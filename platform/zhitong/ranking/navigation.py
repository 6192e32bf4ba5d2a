"""Navigation entries of ranking."""

from zhitong.web import navigation
from zhitong.web.navigation import NavEntry

navigation.register(
    NavEntry(
        "ranking",
        "排名",
        "ranking:standings",
        "list-numbers",
        permission="ranking.read",
        order=60,
        phone=True,
        group=navigation.FIGURES,
    )
)
navigation.register(
    NavEntry(
        "rules",
        "计分规则",
        "ranking:rules",
        "report-analytics",
        permission="ranking.configure",
        order=84,
        group=navigation.SETTINGS,
    )
)
