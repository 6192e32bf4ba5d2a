"""Starting and stopping the embedded database, broker, web server and worker; knows nothing of Django.

with parts.running() as environment: ...     # database and broker for the time of the block
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from zhitong.parts.errors import PartsError
from zhitong.parts.home import Home
from zhitong.parts.lease import leased

__all__ = ["Home", "PartsError", "environment", "running"]


def environment(home: Path | None = None) -> dict[str, str]:
    """The variables that point the settings at the parts kept in `home` (see `Home.default_root`)."""
    return Home.open(home).environment()


@contextlib.contextmanager
def running(home: Path | None = None) -> Iterator[dict[str, str]]:
    """Database and broker for the time of the block, as the variables that lead to them.

    Joins those that a demo or another command runs in the same home; whoever leaves last stops them.

    Raises:
        PartsError: a part cannot start; the text is one clear message.
    """
    opened = Home.open(home)
    with leased(opened, "servers"):
        yield opened.environment()
