"""What goes in and out of version 1. In: types only, the operations judge the values. Out: plain data."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import Choice, Text, Truth, Whole
from tenants.items.models import Item, ItemAuthor, Source, State, SubmitterKind, Urgency
from tenants.items.queries import number_label
from zhitong.ranking.models import Standing

_HIGHEST = 2**31 - 1


class ItemChanges(serializers.Serializer[Any]):
    """Fields of a draft; those not named stay as they are, unknown ones are refused."""

    title = Text(required=False)
    problem = Text(required=False)
    analysis = Text(required=False)
    suggestions = Text(required=False)
    category = Text(required=False)
    keywords = serializers.ListField(
        child=Text(), required=False, error_messages={"not_a_list": '应是文字的列表，例如 ["电梯", "消防"]。'}
    )
    submitter_kind = Choice(choices=SubmitterKind.choices, required=False)
    urgency = Choice(choices=Urgency.choices, required=False)
    source = Choice(choices=Source.choices, required=False)  # type: ignore[assignment] # a field of that name
    may_publish = Truth(required=False)
    not_public_reason = Text(required=False)
    remark = Text(required=False)
    group = Whole(required=False, allow_null=True, min_value=1, max_value=_HIGHEST)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no field, so that a misspelt name is not lost in silence.

        Raises:
            ValidationError: names each.
        """
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["没有这一项。"] for name in sorted(unknown)})
        return attrs


class VersionedChanges(ItemChanges):
    """Changes to what the caller read as `version`."""

    version = Whole(min_value=1, max_value=_HIGHEST)


class Submission(serializers.Serializer[Any]):
    """What is submitted: the item as the caller read it."""

    version = Whole(min_value=1, max_value=_HIGHEST)


class AuthorSerializer(serializers.ModelSerializer[ItemAuthor]):
    """An author in the order of signing; how to reach them stays inside the unit's pages."""

    class Meta:
        model = ItemAuthor
        fields = ["order", "name", "duty", "sector", "party", "rank", "consent"]


class ItemLine(serializers.ModelSerializer[Item]):
    """An item in a list."""

    number_label = serializers.SerializerMethodField(help_text="编号，提交前为空。")
    state = serializers.ChoiceField(choices=State.choices)
    state_label = serializers.CharField(source="get_state_display")
    authors = AuthorSerializer(many=True, source="signers")

    class Meta:
        model = Item
        fields = [
            "uuid", "number_label", "state", "state_label", "title", "category", "urgency", "source", "submitter_kind",
            "authors", "from_unit", "text_length", "created_at", "changed_at", "submitted_at", "decided_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_number_label(self, item: Item) -> str:
        """Return the number by which one speaks of the item."""
        return number_label(item, self.context["request"].tenant.mark)


class ItemDetail(ItemLine):
    """An item with its working text."""

    group = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)

    class Meta(ItemLine.Meta):
        fields = [
            *ItemLine.Meta.fields,
            "problem", "analysis", "suggestions", "keywords", "may_publish", "not_public_reason", "remark", "group",
        ]  # fmt: skip
        read_only_fields = fields


class JourneyEventSerializer(serializers.Serializer[Any]):
    """One thing that happened at a station, in the words of the page."""

    when = serializers.CharField(help_text="月-日 时:分，北京时间。")
    what = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    quote = serializers.CharField(allow_blank=True, help_text="批示全文，只在开放时给出。")
    hidden = serializers.CharField(allow_blank=True, help_text="为什么不给出全文。")
    undone = serializers.BooleanField(help_text="后来被冲正或撤回。")


class StationSerializer(serializers.Serializer[Any]):
    """One place of the way: a unit or a body outside, with the outcome there."""

    name = serializers.CharField()
    level = serializers.CharField()
    outcome = serializers.CharField()
    events = JourneyEventSerializer(many=True)


class NowSerializer(serializers.Serializer[Any]):
    """Where the item is and what is awaited."""

    where = serializers.CharField()
    waited = serializers.CharField(allow_blank=True)
    next = serializers.CharField(allow_blank=True)


class JourneySerializer(serializers.Serializer[Any]):
    """The whole way of one item."""

    item = serializers.UUIDField()
    number_label = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    now = NowSerializer()
    stations = StationSerializer(many=True)


class StandingSerializer(serializers.ModelSerializer[Standing]):
    """One row of a ranking."""

    rule_set = serializers.CharField(source="rule_set.code")
    unit = serializers.CharField(source="unit.short_name")
    period = serializers.SerializerMethodField(help_text="时段，写法和参数一样。")

    class Meta:
        model = Standing
        fields = [
            "rule_set", "unit", "period", "year", "month", "rank", "rank_before", "points",
            "received", "adopted", "sent", "higher_city", "higher_province", "higher_national", "higher",
            "instructions", "as_of",
        ]  # fmt: skip
        read_only_fields = fields

    def get_period(self, _: Standing) -> str:
        """The code of the period that was asked for."""
        return str(self.context["period"])
