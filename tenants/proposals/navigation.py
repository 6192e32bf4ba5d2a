"""Menu entry of filed proposals."""

from zhitong.web import navigation
from zhitong.web.navigation import MenuEntry

navigation.register_menu(
    MenuEntry("proposals", "已立案提案", "proposals:index", "file-text", permission="search.archive", order=58)
)
