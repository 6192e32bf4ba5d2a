"""Look-alikes (雷同): what of one text stands in another, whether both tell of one matter, and how to find such pairs.

Pure functions over texts, no Django: `reading` prepares a text, `comparing` names the kind of a pair, `passages` finds
what both have word for word, `fingerprints` makes the few numbers by which candidates are found, `weights` says how
telling a word is, `places` what is spoken of, `evaluation` measures it all on graded pairs.
"""

from search.alike.comparing import Comparison, Kind, compare
from search.alike.fingerprints import Fingerprint, fingerprint
from search.alike.passages import Passage, passages
from search.alike.reading import Reading, read
from search.alike.weights import Weights

__all__ = [
    "Comparison", "Fingerprint", "Kind", "Passage", "Reading", "Weights", "compare", "fingerprint", "passages", "read",
]  # fmt: skip
