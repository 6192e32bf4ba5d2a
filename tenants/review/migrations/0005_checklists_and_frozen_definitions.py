"""Every unit starts with the four checklists of the trade; the database keeps a published definition as it is.

Tasks without a post were the administrators', who stood in for empty posts: they have no seat.
"""

from django.db import migrations
from django.utils import timezone

from tenants.review import checklists

DO = (
    "CREATE TRIGGER zt_definition_is_frozen BEFORE UPDATE ON review_flowversion "
    "FOR EACH ROW EXECUTE FUNCTION public.zt_definition_is_frozen();"
)
UNDO = "DROP TRIGGER zt_definition_is_frozen ON review_flowversion;"


def add_checklists(apps, schema_editor):
    Checklist = apps.get_model("review", "Checklist")
    Checklist.objects.bulk_create(
        Checklist(code=code, edition=1, name=name, lines=lines, made_at=timezone.now())
        for code, name, lines in checklists.TEMPLATES
    )


class Migration(migrations.Migration):
    dependencies = [("review", "0004_verbs_clocks_and_aids"), ("core", "0003_frozen_definitions")]
    operations = [
        migrations.RunSQL("UPDATE review_task SET seat = NULL WHERE position_id IS NULL", migrations.RunSQL.noop),
        migrations.RunPython(add_checklists, migrations.RunPython.noop),
        migrations.RunSQL(DO, UNDO),
    ]
