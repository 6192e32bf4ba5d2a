"""The words a decision needs."""

from zhitong.core.errors import InvalidInput
from zhitong.core.text import clean, count

LIMIT = 500


def clean_reason(reason: str) -> str:
    """Return a mandatory reason, cleaned.

    Raises:
        InvalidInput: it is missing, too long, or holds control characters; under the field `reason`.
    """
    words = clean_comment(reason)
    if not words:
        raise _bad("请写明理由：退回、留存、不采用和撤回都要有理由。")
    return words


def clean_comment(comment: str) -> str:
    """Return an optional remark, cleaned.

    Raises:
        InvalidInput: it is too long or holds control characters; under the field `reason`.
    """
    try:
        words = clean(comment)
    except ValueError as error:
        raise _bad(str(error)) from error
    if len(words) > LIMIT:
        raise _bad(f"共 {count(words):,} 字，最多 {LIMIT} 字，请删减。")
    return words


def _bad(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"reason": [message]}, code="review.reason")
