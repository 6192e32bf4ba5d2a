"""Password rules of Chinese government practice (GB/T 22239-2019, 等级保护: complexity and renewal)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from tenants.accounts.models import User
from zhitong.core import clock

_NEEDED = 3


class LengthValidator(MinimumLengthValidator):
    """Django's, in Chinese."""

    def get_error_message(self) -> str:
        """Say the rule."""
        return f"密码至少要有 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say the rule."""
        return self.get_error_message()


class ThreeKindsValidator:
    """Asks for three of four kinds: capital letters, small letters, digits, signs."""

    def validate(self, password: str, user: object = None) -> None:
        """Check one password.

        Raises:
            ValidationError: fewer than three kinds (Chinese message).
        """
        kinds = {_kind(character) for character in password}
        if len(kinds) < _NEEDED:
            raise ValidationError(self.get_help_text(), code="too_few_kinds")

    def get_help_text(self) -> str:
        """Say the rule."""
        return "大写字母、小写字母、数字、符号四类中，至少要有三类。"


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "upper"
    return "lower" if character.islower() else "sign"


def is_expired(user: User) -> bool:
    """Return whether the password is older than `PASSWORD_MAX_AGE_DAYS` and must be changed before anything else."""
    if user.password_changed_at is None:
        return True
    return clock.now() - user.password_changed_at > timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
