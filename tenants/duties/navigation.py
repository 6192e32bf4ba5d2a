"""Navigation entry of duties."""

from zhitong.web import navigation
from zhitong.web.navigation import NavEntry

navigation.register(
    NavEntry("duties", "履职", "duties:own", "clipboard-list", order=62, phone=True, group=navigation.FIGURES)
)
