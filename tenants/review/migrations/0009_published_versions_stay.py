"""A published version is not deleted either, so that none can come back under its number with other steps."""

from django.db import migrations

TRIGGER = (
    "CREATE TRIGGER zt_definition_is_frozen BEFORE {} ON review_flowversion "
    "FOR EACH ROW EXECUTE FUNCTION public.zt_definition_is_frozen();"
)
DROP = "DROP TRIGGER zt_definition_is_frozen ON review_flowversion;"
DO = DROP + TRIGGER.format("UPDATE OR DELETE")
UNDO = DROP + TRIGGER.format("UPDATE")


class Migration(migrations.Migration):
    dependencies = [("review", "0008_merged_runs"), ("core", "0006_published_definitions_stay")]
    operations = [migrations.RunSQL(DO, UNDO)]
