"""`zhitong demo guide`: where to look and as whom."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from zhitong.core import clock
from zhitong.demo.content.national import walk_item
from zhitong.demo.dealings import LIST_NAME
from zhitong.demo.world import demo_password

# Host, username (empty: the author of the walk's report), what to see.
_LOGINS = (
    ("nanhai", "", "委员：写信息，看去向"),
    ("nanhai", "clerk", "研究室：审核、报送、检索"),
    ("nanhai", "chair", "主席：审定"),
    ("nanhai", "admin", "单位管理员：人员、岗位"),
    ("foshan", "clerk", "市政协研究室：收件、审核、报送"),
    ("guangdong", "clerk", "省政协信息处：全省态势、收件"),
)


class Command(BaseCommand):
    """Print addresses and logins of the demo."""

    help = "Print addresses and logins of the demo province."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        author = walk_item(clock.today()).authors[0]
        lines = [f"  http://{settings.BASE_DOMAIN}:{options['port']}/  单位入口"]
        lines += [
            f"  http://{host}.{settings.BASE_DOMAIN}:{options['port']}/  {username or author:<12} {what}"
            for host, username, what in _LOGINS
        ]
        lines.append(f"  {settings.HOME / LIST_NAME}  名单：南海研究室可在“按名单登记”里上传")
        self.stdout.write("\n".join(["", *lines, f"  password of every demo account: {demo_password()}", ""]))
