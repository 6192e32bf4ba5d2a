"""Navigation entries of search: hot subjects, and the question, which the shell shows as the search box."""

from zhitong.web.navigation import FIGURES, NavEntry, register

register(
    NavEntry(
        "hot",
        "热点",
        "search:hot",
        "bulb",
        permission="search.archive",
        or_permission="monitor.province",
        order=60,
        group=FIGURES,
    )
)
register(NavEntry("search", "检索", "search:page", "search", permission="search.use", order=90))
