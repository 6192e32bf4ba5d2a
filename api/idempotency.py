"""`Idempotency-Key`: a POST whose answer was lost may be sent again and does its work once.

The key is claimed by a unique row in the transaction of the work itself: a second request with it waits until the
first has committed, then gets its answer. What was refused leaves nothing behind, so it may be tried again.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.models import KeptAnswer
from tenants.accounts.models import actor_of
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, Trace
from zhitong.core.operations import leaving_traces

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)
Handler = Callable[Concatenate[V, Request, P], Response]

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def idempotent(handler: Handler[V, P]) -> Handler[V, P]:
    """Let a POST handler do its work once for each key of a caller within `KEPT_FOR`.

    Raises:
        ParseError: the key is empty, too long or not printable ASCII.
        InvalidInput: the key was used for another request.
    """

    @functools.wraps(handler)
    def once(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise ParseError(f"{HEADER} 须是 1–128 个可见的 ASCII 字符。")
        with leaving_traces(actor_of(request.user)), transaction.atomic():
            claim = _claim(request, key)
            if claim.status is not None:
                return Response(claim.body, status=claim.status, headers={"Idempotent-Replayed": "true"})
            response = handler(view, request, *args, **kwargs)
            claim.status, claim.body = response.status_code, json.loads(JSONRenderer().render(response.data))
            claim.save(update_fields=["status", "body"])
        return response

    return once


def _claim(request: Request, key: str) -> KeptAnswer:
    """Return the locked row of the key: a fresh one, or that of the answer already given.

    Raises:
        InvalidInput: the key was used for another request.
    """
    moment = clock.now()
    user_uuid = actor_of(request.user).user_uuid
    assert user_uuid is not None
    KeptAnswer.objects.filter(created_at__lt=moment - KEPT_FOR, user_uuid=user_uuid).delete()
    fresh = KeptAnswer(user_uuid=user_uuid, key=key, digest=_digest(request), created_at=moment)
    KeptAnswer.objects.bulk_create([fresh], ignore_conflicts=True)
    row = KeptAnswer.objects.select_for_update().get(user_uuid=user_uuid, key=key)
    if row.digest != fresh.digest:
        raise InvalidInput(
            f"这个 {HEADER} 已经用于另一个请求，请换一个。",
            code="idempotency_key_reused",
            trace=Trace("api.request_key.reused", "user", str(user_uuid), {"path": request.path}),
        )
    return row


def _digest(request: Request) -> str:
    body: Any = request.data
    whole = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
