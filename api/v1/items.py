"""Items: list, create, read, change, submit, journey. The rights are those of the pages: one gate."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.idempotency import idempotent
from api.openapi import KEY_PARAMETER
from api.pagination import KeysetPagination
from api.v1.serializers import (
    ItemChanges,
    ItemDetail,
    ItemLine,
    JourneySerializer,
    Submission,
    VersionedChanges,
)
from tenants.accounts.models import User, actor_of
from tenants.items import operations, queries
from tenants.items.models import Item, State
from tenants.review import operations as review
from zhitong.core.operations import require_unit
from zhitong.exchange.journeys import Stop
from zhitong.exchange.queries import journey

_TAGS = ["信息"]


@extend_schema_view(
    get=extend_schema(tags=_TAGS, summary="列出可以看的信息", description="按最近改动排列，与页面上能看到的相同。")
)
class ItemsView(ListAPIView[Item]):
    """The items that the caller may see, last changed first."""

    serializer_class = ItemLine
    pagination_class = KeysetPagination

    def get_queryset(self) -> QuerySet[Item]:
        """Return the rows of the list."""
        if getattr(self, "swagger_fake_view", False):  # drf-spectacular asks for the model only
            return Item.objects.none()
        return queries.with_authors(queries.visible_items(_caller(self.request)))

    @extend_schema(
        tags=_TAGS,
        summary="起草一篇",
        description="没有写全也可以；不写的项留空。",
        request=ItemChanges,
        responses={201: ItemDetail},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a draft; incomplete texts are welcome."""
        changes = ItemChanges(data=request.data)
        changes.is_valid(raise_exception=True)
        item = operations.create_draft(actor=actor_of(request.user), changes=changes.validated_data)
        return _detail(request, item.uuid, status=201)


class ItemView(APIView):
    """One item that the caller may see."""

    @extend_schema(tags=_TAGS, summary="读一篇", description="返回现在的文本。", responses=ItemDetail)
    def get(self, request: Request, item_uuid: UUID) -> Response:
        """Return the item with its working text."""
        return _detail(request, item_uuid)

    @extend_schema(
        tags=_TAGS,
        summary="修改草稿",
        description="只能改本人的草稿或被退回的一篇；`version` 是读到的版本，别处改过的答 409。",
        request=VersionedChanges,
        responses=ItemDetail,
    )
    def patch(self, request: Request, item_uuid: UUID) -> Response:
        """Change an own draft or returned item; 409 when it was changed elsewhere since `version`."""
        checked = VersionedChanges(data=request.data)
        checked.is_valid(raise_exception=True)
        changes = dict(checked.validated_data)
        version = changes.pop("version")
        operations.save_draft(actor=actor_of(request.user), item_uuid=item_uuid, version=version, changes=changes)
        return _detail(request, item_uuid)


class SubmitView(APIView):
    """Handing an item to review."""

    @extend_schema(
        tags=_TAGS,
        summary="提交",
        description="把读到的这一版交去审核。",
        request=Submission,
        responses=ItemDetail,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, item_uuid: UUID) -> Response:
        """Submit an own draft or returned item as it was read at `version`."""
        checked = Submission(data=request.data)
        checked.is_valid(raise_exception=True)
        review.submit(actor=actor_of(request.user), item_uuid=item_uuid, version=checked.validated_data["version"])
        return _detail(request, item_uuid)


class JourneyView(APIView):
    """The way of one item over all levels."""

    @extend_schema(
        tags=_TAGS,
        summary="看去向",
        description="各级各站的结果和时间；草稿还没有去向，答 404。",
        responses=JourneySerializer,
    )
    def get(self, request: Request, item_uuid: UUID) -> Response:
        """Return stations, outcomes and events; 404 for a draft, which has no way yet."""
        caller = _caller(request)
        item = queries.get_visible(caller, item_uuid)
        for_the_office = caller.has_zt_perm("items.read_all")
        way = None
        if item.state != State.DRAFT:
            way = journey(require_unit(), item.uuid, for_the_office=for_the_office)
        if way is None:
            raise NotFound
        data = {
            "item": item.uuid,
            "number_label": way.fact.number_label,
            "submitted_at": way.fact.submitted_at,
            "now": way.now,
            "stations": [_station(stop, step) for stop, step in zip(way.stops, way.steps, strict=True)],
        }
        return Response(JourneySerializer(data).data)


def _station(stop: Stop, step: Any) -> dict[str, Any]:
    return {"name": stop.name, "level": stop.level, "outcome": stop.outcome[0], "events": step.events}


def _detail(request: Request, item_uuid: UUID, status: int = 200) -> Response:
    item = queries.get_visible(_caller(request), item_uuid)
    return Response(ItemDetail(item, context={"request": request}).data, status=status)


def _caller(request: Request) -> User:
    assert isinstance(request.user, User)  # IsAuthenticated stands before every view
    return request.user
