"""Hot subjects (热点): what many items of a period are about, over the network and in the archive of each unit.

`grouping` brings texts together by their telling words, `keeping` computes the subjects of a period in a worker and
stores them, `subjects` says who reads which, and what of the items behind one.
"""

from search.clusters.subjects import hot_subjects

__all__ = ["hot_subjects"]
