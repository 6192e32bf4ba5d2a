"""`zhitong operator create`: an operator of the platform, with an invitation link."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tenants.accounts.operations import create_user, invite
from zhitong.core.addresses import address
from zhitong.core.operations import system


class Command(BaseCommand):
    """Create an operator."""

    help = "Create an operator of the platform and print the one-time link that sets the first password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        user = create_user(
            actor=system(None),
            username=options["username"],
            name=options["name"],
            email=options["email"],
            roles=["operator"],
        )
        self.stdout.write(address(settings.BASE_DOMAIN, invite(actor=system(None), user=user)))
        self.stderr.write(f"valid for {settings.INVITATION_HOURS} hours, once; hand it to {user.name} alone")
