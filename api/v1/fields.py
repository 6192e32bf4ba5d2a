"""Fields that take a value only in its own JSON type: a number is no text, "true" is no truth value."""

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from zhitong.core import text


class Text(serializers.CharField):
    """A JSON string that can be kept, handed on as it is: operations clean and count it."""

    default_error_messages = {"invalid": "应是文字。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)
        # Ours names what these two refuse too, with its place.
        theirs = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)
        self.validators = [check for check in self.validators if not isinstance(check, theirs)]

    def to_internal_value(self, data: Any) -> str:
        """Return the string.

        Raises:
            ValidationError: any other type, or text that cannot be kept.
        """
        if not isinstance(data, str):
            self.fail("invalid")
        if wrong := text.fault(data):
            raise serializers.ValidationError(wrong)
        return data


class Choice(serializers.ChoiceField):
    """One of the listed strings."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the choice.

        Raises:
            ValidationError: another type, or a string not listed.
        """
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input="")
        return data


class Truth(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the value.

        Raises:
            ValidationError: any other type.
        """
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Whole(serializers.IntegerField):
    """A JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number.

        Raises:
            ValidationError: any other type.
        """
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data
