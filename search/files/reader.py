"""Has a file read by a process of its own (`search.files.reading`), and says why when nothing comes of it."""

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from search.files import reading
from search.models import FileText
from zhitong.core import text

Reason = FileText.Reason
_WAIT = 60  # seconds by the clock on the wall


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file: its text, or the reason why there is none; `is_cut` when its end was left out."""

    text: str = ""
    is_cut: bool = False
    reason: Reason | None = None


def read_file(media_type: str, file: IO[bytes]) -> Reading:
    """Return the text of a file, within limits of time, memory and length.

    Args:
        file: an open file of the system, at its beginning.
    """
    command = [sys.executable, "-I", reading.__file__, media_type]
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryDirectory() as home:
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the file is no part of the command
                command,
                stdin=file,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd=Path(home),
                env={},
                timeout=_WAIT,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return Reading(reason=Reason.TIME)
        if done.returncode:
            return Reading(reason=Reason.TIME if -done.returncode in _OUT_OF_TIME else Reason.CRASHED)
        answer.seek(0)
        return _said(json.loads(answer.read()))


_OUT_OF_TIME = {signal.SIGXCPU, signal.SIGKILL}


def _said(answer: dict[str, object]) -> Reading:
    if reason := answer.get("reason"):
        return Reading(reason=Reason(str(reason)))
    return Reading(text.readable(str(answer["text"])), bool(answer["is_cut"]))
