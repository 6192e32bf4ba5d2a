"""A draft counts its changes, so that two administrators at once do not overwrite each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0006_questions_and_remarks")]
    operations = [
        migrations.AddField(
            model_name="flowversion", name="revision", field=models.PositiveIntegerField(default=0)
        ),
    ]
