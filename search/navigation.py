"""Navigation entry of search: the shell shows it as the search box."""

from zhitong.web.navigation import NavEntry, register

register(NavEntry("search", "检索", "search:page", "search", permission="search.use", order=90))
