"""The sequence that numbers unit schemas: a number is never used twice, even after a failure."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE public.units_schema_number", "DROP SEQUENCE public.units_schema_number")
    ]
