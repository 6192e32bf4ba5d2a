"""Every unit starts with the usual posts, a few phrases and a default flow."""

from django.db import migrations
from django.utils import timezone

from tenants.review import presets

PHRASES = ("数据请注明来源", "建议不够具体", "请一事一报", "与已报送信息雷同", "不属反映范围")


def add_presets(apps, schema_editor):
    Position = apps.get_model("accounts", "Position")
    for order, (code, name) in enumerate(presets.UNIT_POSTS.items(), 1):
        Position.objects.get_or_create(code=code, defaults={"name": name, "order": order * 10})
    preset = presets.load(presets.DEFAULT)
    flow = apps.get_model("review", "Flow").objects.create(code="main", name=preset.name, is_default=True)
    apps.get_model("review", "FlowVersion").objects.create(
        flow=flow, number=1, state="published", definition=preset.definition, published_at=timezone.now()
    )
    Phrase = apps.get_model("review", "Phrase")
    Phrase.objects.bulk_create(Phrase(text=text, order=order) for order, text in enumerate(PHRASES))


class Migration(migrations.Migration):
    dependencies = [("review", "0002_acts_append_only"), ("accounts", "0002_role_presets")]
    operations = [migrations.RunPython(add_presets, migrations.RunPython.noop)]
