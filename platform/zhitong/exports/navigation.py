"""The line of exports in the reader's own menu."""

from zhitong.web.navigation import MenuEntry, register_menu

register_menu(MenuEntry("exports", "我的导出", "exports:page", "download", order=60))
