"""Fields that take a value only in its own JSON type: a number is no text, "true" is no truth value."""

from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    """A JSON string, handed on as it is: operations clean and count it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the string.

        Raises:
            ValidationError: any other type.
        """
        if not isinstance(data, str):
            self.fail("invalid")
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
