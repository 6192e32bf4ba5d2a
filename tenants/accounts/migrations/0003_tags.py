"""Marks and fields by which one finds whom to ask; clerks may send calls and notices down."""

import django.contrib.postgres.fields
from django.db import migrations, models


def let_clerks_publish(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for role in Role.objects.filter(code="clerk", is_preset=True):
        role.permissions = sorted({*role.permissions, "exchange.publish"})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_role_presets")]
    operations = [
        migrations.AddField("user", "expertise", models.CharField(blank=True, max_length=60, verbose_name="专长")),
        migrations.AddField(
            "user",
            "tags",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12),
                blank=True,
                default=list,
                size=None,
                verbose_name="标签",
            ),
        ),
        migrations.RunPython(let_clerks_publish, migrations.RunPython.noop),
    ]
