"""A run's history is append-only: the database refuses changes."""

from django.db import migrations

DO = (
    "CREATE TRIGGER zt_append_only BEFORE UPDATE OR DELETE ON review_act "
    "FOR EACH ROW EXECUTE FUNCTION public.zt_append_only();"
)
UNDO = "DROP TRIGGER zt_append_only ON review_act;"


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("core", "0002_triggers")]
    operations = [migrations.RunSQL(DO, UNDO)]
