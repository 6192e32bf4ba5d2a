"""Login by name or mobile number inside the unit in force."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.accounts.models import User


class UnitBackend(BaseBackend):
    """Finds the user in the schema in force; wrong name and wrong password take the same time."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """Return the user when name (or mobile number) and password fit."""
        if not username or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            User().set_password(password)  # the same work as for an existing user
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Return the active user of that id in the schema in force."""
        return User.objects.filter(pk=user_id, is_active=True).first()
