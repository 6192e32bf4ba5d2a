"""Measures the plain list in a process of its own, at the pace of its parent: prints milliseconds a request as JSON.

Reads one line a round from standard input ("20" is twenty requests), so that both sides are measured in turns.
"""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.plain.settings"


def main() -> None:
    """Migrate, fill, and answer rounds until the input ends."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from tests.benchmarks import filling, timing
    from tests.factories import PASSWORD
    from zhitong.units.models import Level, Unit, UnitKind

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA extensions; CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
    call_command("migrate", verbosity=0, interactive=False)
    unit = Unit.objects.create(
        schema_name="t_1", name="南海", short_name="南海", mark="南海", kind=UnitKind.COMMITTEE, level=Level.COUNTY
    )
    clerk = filling.plain_clerk(PASSWORD)
    filling.fill(clerk, int(sys.argv[1]))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    session = client.session
    session["unit_id"] = unit.pk
    session.save()
    for line in sys.stdin:
        print(json.dumps(timing.requests(client, "/items/all/", int(line))), flush=True)


main()
