"""What a paper says, in one canonical form: for its hash, and for whoever checks it."""

from collections.abc import Iterable

from zhitong.exchange import packets
from zhitong.exchange.models import Enclosure, Paper


def digest(paper: Paper, enclosures: Iterable[Enclosure]) -> str:
    """Return the sha256 over all that readers of the paper are shown, its files by name and content."""
    return packets.digest(
        {
            "kind": str(paper.kind),
            "title": paper.title,
            "body": paper.body,
            "content": paper.content,
            "due_on": paper.due_on.isoformat() if paper.due_on else "",
            "needs_confirm": paper.needs_confirm,
            # Only where there is one: what was sent before a circular could be corrected keeps its hash.
            **({"replaces": str(paper.replaces.uuid)} if paper.replaces else {}),
            "files": sorted([file.name, file.sha256] for file in enclosures),
        }
    )
