"""Words for what crosses units, said alike wherever it is shown."""

from zhitong.exchange.models import LeaderRank


def leader_words(rank: str) -> str:
    """Return what may be said of a leader without naming them: 市级领导."""
    return f"{LeaderRank(rank).label if rank in LeaderRank.values else ''}领导"
