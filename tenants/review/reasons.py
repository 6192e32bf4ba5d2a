"""The words that verbs need: reasons, remarks, questions and answers."""

from zhitong.core.errors import InvalidInput
from zhitong.core.text import clean, count

LIMIT = 500
LONG = 2000  # of an answer, an opinion, a passage


def clean_reason(reason: str) -> str:
    """Return a mandatory reason, cleaned.

    Raises:
        InvalidInput: it is missing, too long, or holds control characters; under the field `reason`.
    """
    return clean_words(reason, "reason", LIMIT, "请写明理由：退回、留存、不采用和撤回都要有理由。")


def clean_comment(comment: str) -> str:
    """Return an optional remark, cleaned.

    Raises:
        InvalidInput: it is too long or holds control characters; under the field `reason`.
    """
    return clean_words(comment, "reason", LIMIT)


def clean_answer(answer: str) -> str:
    """Return an answer to a question, cleaned. Raises as `clean_reason`; it may be four times as long."""
    return clean_words(answer, "reason", LONG, "请写明回复。")


def clean_words(words: str, field: str, limit: int, missing: str = "") -> str:
    """Return words cleaned.

    Args:
        missing: what is said when there are none; empty when there need not be any.

    Raises:
        InvalidInput: under `field`: missing, over `limit` characters, or with control characters.
    """
    try:
        cleaned = clean(words)
    except ValueError as error:
        raise _bad(str(error), field) from error
    if len(cleaned) > limit:
        raise _bad(f"共 {count(cleaned):,} 字，最多 {limit:,} 字，请删减。", field)
    if missing and not cleaned:
        raise _bad(missing, field)
    return cleaned


def _bad(message: str, field: str) -> InvalidInput:
    return InvalidInput(message, fields={field: [message]}, code="review.reason")
