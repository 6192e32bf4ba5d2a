"""Who calls: a program with a key of the unit (`Authorization: Bearer …`); sessions of the pages work too."""

from datetime import timedelta

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.accounts.models import ApiToken, User
from zhitong.core import clock
from zhitong.core.links import digest

_SCHEME = "bearer"
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_REFUSED = "密钥不对、已过期或已停用。"


class TokenAuthentication(BaseAuthentication):
    """Finds the key in the schema in force: one made in another unit does not exist here."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the user and the key; None when the request carries no bearer key.

        Raises:
            AuthenticationFailed: unknown, expired and revoked keys look the same.
        """
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != _SCHEME:
            return None
        token = ApiToken.objects.select_related("user").filter(digest=digest(plain.strip())).first()
        moment = clock.now()
        if token is None or token.revoked_at or token.expires_at <= moment or not token.user.is_active:
            raise AuthenticationFailed(_REFUSED)
        # Once a minute is enough to see that a key is in use, and spares a write a request.
        ApiToken.objects.filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lte=moment - _USE_IS_NOTED_EVERY), pk=token.pk
        ).update(last_used_at=moment)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="api"'
