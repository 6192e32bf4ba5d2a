"""How search is doing: what operators see, and what is measured. Numbers and causes, no word of a document."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from search.backend import EngineDown
from search.elastic.backend import engine, reaching
from search.elastic.pushing import MOST_ATTEMPTS
from search.models import Build, Push, SearchDocument, Upkeep
from zhitong.core import outbox

_CAUSE = re.compile(r"'type': '(\w+)'")


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine in use: whether it answers, where it keeps its index, how large that is.

    Attributes:
        name: what it is called.
        index: the index in use, empty where the documents themselves are searched.
        since: when that was put in use.
        size: bytes; None while it does not answer.
        documents: in the index; None while it does not answer.
    """

    name: str
    index: str
    since: datetime | None
    size: int | None
    documents: int | None

    @property
    def is_up(self) -> bool:
        """Whether it answers; PostgreSQL, which was asked to get here, always does."""
        return self.size is not None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is written and not found yet.

    Attributes:
        messages: changes that still wait in the outbox to be written as documents (all topics: one queue brings them).
        pushes: documents that the engine does not have yet; always none with PostgreSQL.
        refused: of these, how many it refused and asks for again by itself.
        given_up: how many it refused so often that somebody has to look.
        lag: seconds since the oldest of all these.
    """

    messages: int
    pushes: int
    refused: int
    given_up: int
    lag: float


def uses_engine() -> bool:
    """Whether an engine beside the database answers."""
    return bool(settings.SEARCH_BACKEND == "elasticsearch")


def engine_in_use() -> Engine:
    """Return the engine with its state; by one question to it, or two to the database."""
    if not uses_engine():
        return Engine("PostgreSQL", "", None, documents_size(), SearchDocument.objects.count())
    build = Build.objects.filter(state=Build.State.IN_USE).first()
    index, since = (build.index, build.finished_at) if build else ("", None)
    try:
        with reaching():
            if not index:
                engine().info()
                return Engine("Elasticsearch", index, since, 0, 0)
            stats = engine().indices.stats(index=index, metric=["store", "docs"])["_all"]["primaries"]
    except EngineDown:
        return Engine("Elasticsearch", index, since, None, None)
    return Engine("Elasticsearch", index, since, stats["store"]["size_in_bytes"], stats["docs"]["count"])


def documents_size() -> int:
    """Return the bytes of documents, words and fingerprints in PostgreSQL, with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('public.search_searchdocument')"
            " + pg_total_relation_size('public.search_fingerprint')"
        )
        size: int = cursor.fetchone()[0]
    return size


def backlog() -> Backlog:
    """Return what waits, by two queries."""
    due, oldest = outbox.backlog()
    found = Push.objects.aggregate(n=Count("pk"), since=Min("since"))
    refused, given_up = refused_pushes().count(), refused_pushes().filter(attempts__gte=MOST_ATTEMPTS).count()
    moments = [moment for moment in (oldest, found["since"]) if moment is not None]
    lag = (timezone.now() - min(moments)).total_seconds() if moments else 0.0
    return Backlog(due, found["n"], refused - given_up, given_up, max(lag, 0.0))


def refused_pushes() -> QuerySet[Push]:
    """Return the changes that the engine did not take, those that nobody tries any more first."""
    return Push.objects.exclude(error="").order_by("-attempts", "-pk")


def cause_of(push: Push) -> str:
    """Return why a change was not taken, by the engine's name of the fault: its sentence may quote the document."""
    found = _CAUSE.search(push.error)
    return found.group(1) if found else "no_answer"


def by_kind() -> dict[str, int]:
    """Return how many documents there are of each kind."""
    return dict(SearchDocument.objects.values_list("kind").annotate(n=Count("pk")).order_by("kind"))


def last_done(kind: str) -> Upkeep | None:
    """Return the last sweep or rebuild that came to its end."""
    return Upkeep.objects.filter(kind=kind, state=Upkeep.State.DONE).order_by("-asked_at", "-pk").first()


def last_upkeep(kind: str) -> Upkeep | None:
    """Return the last sweep or rebuild that anybody asked for."""
    return Upkeep.objects.filter(kind=kind).order_by("-asked_at", "-pk").first()
