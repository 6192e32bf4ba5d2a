"""A run keeps how difficult its reviewers found the item, which conditions of a flow may ask."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0009_published_versions_stay")]
    operations = [
        migrations.AddField(
            model_name="run", name="difficulty", field=models.CharField(default="plain", max_length=10)
        ),
    ]
