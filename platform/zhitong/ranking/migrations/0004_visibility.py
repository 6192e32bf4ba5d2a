from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def close_rankings_of_persons(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody said yet that persons may read each other's points."""
    apps.get_model("ranking", "RuleSet").objects.exclude(purpose="units").update(sight="own")


class Migration(migrations.Migration):
    """How much of a ranking those whom it scores see."""

    dependencies = [("ranking", "0003_counted_items")]
    operations = [
        migrations.AddField(
            model_name="ruleset",
            name="sight",
            field=models.CharField(
                choices=[("named", "全部名次，都写名称"), ("own", "只看自己的名次"), ("none", "不公开")],
                default="named",
                max_length=5,
            ),
        ),
        migrations.RunPython(close_rankings_of_persons, migrations.RunPython.noop),
    ]
