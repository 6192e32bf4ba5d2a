"""Circulars; what went down changes no more; clerks of units that are there already get the new rights."""

import django.db.models.deletion
from django.db import migrations, models

FREEZE = (
    "CREATE TRIGGER zt_published_stays BEFORE UPDATE OR DELETE ON circulars_circular "
    "FOR EACH ROW WHEN (OLD.sha256 <> '') EXECUTE FUNCTION public.zt_append_only();"
)
THAW = "DROP TRIGGER zt_published_stays ON circulars_circular;"
RIGHTS = {"circulars.edit", "circulars.publish"}


def give_rights(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(code="clerk", is_preset=True):
        role.permissions = sorted({*role.permissions, *RIGHTS})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_tags'),
        ('core', '0002_triggers'),
        ('items', '0006_circulars_are_no_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='Circular',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=24)),
                ('figures', models.JSONField()),
                ('as_of', models.DateTimeField()),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('correction', models.TextField(blank=True)),
                ('given_up', models.BooleanField(default=False)),
                ('year', models.PositiveSmallIntegerField(null=True)),
                ('number', models.PositiveSmallIntegerField(null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('published_at', models.DateTimeField(null=True)),
                ('published_by', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField()),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='circular', to='items.item')),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='circulars.circular')),
            ],
            options={
                'indexes': [models.Index(fields=['-created_at', '-id'], name='circular_list')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('given_up', False)), fields=('period', 'edition'), name='circular_once_a_period'), models.UniqueConstraint(fields=('year', 'number', 'edition'), name='circular_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('edition', 1), ('replaces__isnull', True)), models.Q(('edition__gt', 1), ('replaces__isnull', False)), _connector='OR'), name='circular_correction_replaces'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('published_at__isnull', True), ('sha256', ''), ('year__isnull', True)), models.Q(('given_up', False), ('number__isnull', False), ('published_at__isnull', False), ('year__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='circular_published_is_whole')],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
