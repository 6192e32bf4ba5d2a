"""What a flow says: steps, who is asked at each, how many must pass, clocks, branches. No database.

`parse` turns the JSON of a `FlowVersion` into a `Definition`; `model` says what it holds, `words` how it is told,
`reach` which ways items take through it, `editing` how the JSON is changed step by step.
"""

from tenants.review.definition.comparing import Difference, compare
from tenants.review.definition.model import (
    CHOSEN,
    DESTINATIONS,
    DIFFICULTIES,
    FIELD_WORDS,
    MODE_WORDS,
    PLAIN,
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
from tenants.review.definition.parsing import MAX_BYTES, MAX_STEPS, fault_of, parse, parse_who
from tenants.review.definition.pieces import END, Fault
from tenants.review.definition.reach import Reach, reach
from tenants.review.definition.reading import read_file
from tenants.review.definition.words import (
    EMPTY_WORDS,
    END_WORD,
    LATE_WORDS,
    VALUE_WORDS,
    Names,
    conditions_words,
    flow_words,
    limits_words,
    links_words,
    mode_words,
    step_words,
    values_words,
    who_words,
)
from tenants.review.definition.writing import write_file

__all__ = [
    "CHOSEN",
    "DESTINATIONS",
    "DIFFICULTIES",
    "EMPTY_WORDS",
    "END",
    "END_WORD",
    "FIELD_WORDS",
    "LATE_WORDS",
    "MAX_BYTES",
    "MAX_STEPS",
    "MODE_WORDS",
    "PLAIN",
    "STAGES",
    "VALUE_WORDS",
    "VERB_WORDS",
    "Condition",
    "Definition",
    "Difference",
    "Facts",
    "Fault",
    "Link",
    "Mode",
    "Names",
    "OnEmpty",
    "OnLate",
    "Reach",
    "Step",
    "Who",
    "WhoKind",
    "compare",
    "conditions_words",
    "fault_of",
    "flow_words",
    "limits_words",
    "links_words",
    "mode_words",
    "parse",
    "parse_who",
    "reach",
    "read_file",
    "step_words",
    "values_words",
    "who_words",
    "write_file",
]
