"""Every unit starts with the role presets."""

from django.db import migrations

from tenants.accounts.permissions import ROLE_PRESETS


def add_presets(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for code, (name, granted) in ROLE_PRESETS.items():
        Role.objects.get_or_create(
            code=code, defaults={"name": name, "permissions": sorted(granted), "is_preset": True}
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add_presets, migrations.RunPython.noop)]
