"""A unit may keep its reviewers' names from its authors."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("units", "0003_unconfirmed_sign")]
    operations = [
        migrations.AddField(
            model_name="unit",
            name="hides_reviewers",
            field=models.BooleanField(default=False, verbose_name="对反映人隐藏审核人姓名"),
        ),
    ]
