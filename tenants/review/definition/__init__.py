"""What a flow says: steps, who is asked at each, how many must pass, clocks, branches. No database.

`parse` turns the JSON of a `FlowVersion` into a `Definition`; `model` says what it holds, `words` how it is told.
"""

from tenants.review.definition.model import (
    CHOSEN,
    DESTINATIONS,
    FIELD_WORDS,
    MODE_WORDS,
    STAGES,
    VERB_WORDS,
    Condition,
    Definition,
    Facts,
    Link,
    Mode,
    OnEmpty,
    OnLate,
    Step,
    Who,
    WhoKind,
)
from tenants.review.definition.parsing import MAX_BYTES, MAX_STEPS, parse
from tenants.review.definition.reading import read_file
from tenants.review.definition.words import conditions_words, mode_words, who_words

__all__ = [
    "CHOSEN",
    "DESTINATIONS",
    "FIELD_WORDS",
    "MAX_BYTES",
    "MAX_STEPS",
    "MODE_WORDS",
    "STAGES",
    "VERB_WORDS",
    "Condition",
    "Definition",
    "Facts",
    "Link",
    "Mode",
    "OnEmpty",
    "OnLate",
    "Step",
    "Who",
    "WhoKind",
    "conditions_words",
    "mode_words",
    "parse",
    "read_file",
    "who_words",
]
