"""What the pages of administration share: who may open them, how a refusal meets a form."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from tenants.accounts.models import actor_of
from zhitong.core.errors import InvalidInput

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(permission: str) -> Callable[[View[P]], View[P]]:
    """Open a page to readers who hold `permission`: strangers are sent to sign in, the others are refused."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor_of(request.user).require(permission)
            return view(request, *args, **kwargs)

        return cast("View[P]", never_cache(login_required(opened)))

    return decorate


def put_errors(form: Any, refusal: InvalidInput) -> None:
    """Put a refusal's messages on the fields of a form, those without a field above it."""
    for name, texts in refusal.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if not refusal.fields:
        form.add_error(None, refusal.message)
