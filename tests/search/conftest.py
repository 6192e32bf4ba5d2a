"""Both engines behind one fixture: what holds for one holds for the other."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from search.backend import backend
from search.elastic.backend import engine
from search.elastic.building import rebuild
from search.elastic.pushing import push
from search.models import Build
from tests.search.node import Node

Arrive = Callable[[], None]


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A real Elasticsearch node, one for all tests of the process."""
    running = Node()
    running.start()
    try:
        yield running
    finally:
        running.remove()


@pytest.fixture
def elastic(node: Node, db: None, settings: Any) -> Iterator[Arrive]:
    """Search on the node, in an index of the test's own; call it to let changes arrive."""
    settings.SEARCH_BACKEND = "elasticsearch"
    settings.ELASTICSEARCH_URL = node.url
    settings.SEARCH_INDEX = f"test-{os.getpid()}-{uuid4().hex[:8]}"
    backend.cache_clear()
    engine.cache_clear()
    rebuild()

    def arrive() -> None:
        push()
        engine().indices.refresh(index=settings.SEARCH_INDEX)

    yield arrive
    for build in Build.objects.exclude(state=Build.State.GONE):
        engine().indices.delete(index=build.index, ignore_unavailable=True)
    backend.cache_clear()
    engine.cache_clear()


@pytest.fixture(params=["postgres", pytest.param("elasticsearch", marks=pytest.mark.xdist_group("elasticsearch"))])
def arrive(request: pytest.FixtureRequest, db: None) -> Arrive:
    """Search on either engine; call it to let changes arrive."""
    if request.param == "postgres":
        return lambda: None
    arrives: Arrive = request.getfixturevalue("elastic")
    return arrives
