"""Roles that came with a unit get the rights of circulars, targets and duties; a unit's own roles are its own affair."""

from django.db import migrations

_NEW = {
    "clerk": ("circulars.edit", "circulars.publish", "ranking.targets", "duties.read", "duties.manage"),
    "leader": ("duties.read", "duties.award"),
}


def add_rights(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for role in Role.objects.filter(is_preset=True, code__in=_NEW):
        role.permissions = sorted({*role.permissions, *_NEW[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_tags")]
    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
