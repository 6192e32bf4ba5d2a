"""What the pages of administration share: who may open them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from tenants.accounts.models import actor_of

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
