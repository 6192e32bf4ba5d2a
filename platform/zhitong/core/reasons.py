"""The words of a "no": every refusal between people carries a reason."""

from zhitong.core import text
from zhitong.core.errors import InvalidInput

LIMIT = 500  # characters


def clean_reason(reason: str, missing: str) -> str:
    """Return a mandatory reason, cleaned; `missing` is what to say when there is none.

    Raises:
        InvalidInput: it is missing, over `LIMIT`, or holds control characters; under the field `reason`.
    """
    try:
        words = text.clean(reason)
    except ValueError as error:
        raise InvalidInput(f"理由：{error}", fields={"reason": [str(error)]}) from error
    if not words:
        raise InvalidInput(missing, fields={"reason": ["请写明理由"]})
    if len(words) > LIMIT:
        too_long = f"共 {len(words):,} 字，最多 {LIMIT} 字，请删减。"
        raise InvalidInput(f"理由：{too_long}", fields={"reason": [too_long]})
    return words
