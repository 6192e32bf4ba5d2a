"""Events and packets are append-only: the database refuses changes."""

from django.db import migrations

DO = "".join(
    f"CREATE TRIGGER zt_append_only BEFORE UPDATE OR DELETE ON public.{table} "
    "FOR EACH ROW EXECUTE FUNCTION public.zt_append_only();"
    for table in ("exchange_event", "exchange_packet")
)
UNDO = "".join(f"DROP TRIGGER zt_append_only ON public.{table};" for table in ("exchange_event", "exchange_packet"))


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("core", "0002_triggers")]
    operations = [migrations.RunSQL(DO, UNDO)]
