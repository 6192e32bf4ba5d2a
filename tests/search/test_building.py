"""An index made anew by several processes: what one alone would make, whoever of them dies, and nobody left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.backend import Query, backend
from search.cutting import CutterLost, cutters, cutters_for
from search.documents import Kept
from search.elastic import building
from search.elastic.backend import engine
from search.elastic.building import rebuild
from search.elastic.writing import writings
from search.models import Build, SearchDocument, Upkeep
from search.postgres import kept_of
from search.sweeping import sweep_index
from search.upkeep import run_waiting
from search.vectors import vectors_of
from tests.search.test_contract import document, reader_of
from zhitong.units.models import Unit

pytestmark = pytest.mark.xdist_group("elasticsearch")
Arrive = Callable[[], None]
NUMBER = 23  # of documents, in batches of three


@pytest.fixture
def filled(elastic: Arrive, unit: Unit, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Arrive:
    """Documents of all shapes, brought to the index one by one; from here on indices are built by two processes."""
    made = [
        document(
            unit,
            f"关于充电的建议{number}",
            problem="加装电梯的维保费用“谁来出”\n第二段" * (number % 5),
            files="附件里的台账" * (number % 3),
            author_names=["欧阳俊", "单重"][: number % 3],
            from_unit="佛山市政协" if number % 2 else "",
            outcomes=["广东省政协 单篇采用"] if number % 4 == 0 else [],
            matter=number if number % 2 else None,
            category="社会建设" if number % 3 else "",
        )
        for number in range(NUMBER - 1)
    ]
    backend().index([*made, replace(document(unit, "关于充电的旧文"), day=None)])
    elastic()
    monkeypatch.setattr(building, "BATCH", 3)
    monkeypatch.setattr(building, "cutters_for", lambda _documents: 2)
    return elastic


def children() -> set[int]:
    """Return the processes for cutting that this one has started."""
    told = [(task / "children").read_text().split() for task in Path("/proc/self/task").iterdir()]
    pids = {int(pid) for some in told for pid in some}
    return {pid for pid in pids if b"search.cutting" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def everything(unit: Unit) -> list[Any]:
    """Return what several questions find, and how it is counted and ranked."""
    answers = [
        backend().search(Query(words, size=50), reader_of(unit))
        for words in (
            "充电",
            "“加装电梯”",
            "维保 台账",
            "作者:欧阳",
            "cddjy",
            "采用:省政协",
            "年:2026",
            "-电梯 建议",
            "标题:旧文",
        )
    ]
    return [
        ([(hit.document.object_uuid, round(hit.score, 4)) for hit in answer.hits], answer.total, answer.counts)
        for answer in answers
    ]


def unscored(answers: list[Any]) -> list[Any]:
    return [({key for key, _score in hits}, total, counts) for hits, total, counts in answers]


def test_an_index_built_by_several_processes_is_that_of_single_pushes(filled: Arrive, unit: Unit) -> None:
    before = everything(unit)
    seen: list[int] = []
    working: set[int] = set()

    def note(build: Build, total: int) -> None:
        working.update(children())
        assert total == NUMBER
        seen.append(build.written)

    old = Build.objects.get(state=Build.State.IN_USE)
    built = rebuild(note)
    assert built.pk != old.pk
    assert len(working) == 2
    assert seen == [*range(3, NUMBER, 3), NUMBER]
    assert everything(unit) == before
    assert all(total for _hits, total, _counts in before)
    swept = sweep_index()
    assert (swept.is_clean, swept.checked) == (True, NUMBER)
    assert children() == set()


def test_an_index_is_made_ready_for_questions_when_it_is_whole(filled: Arrive) -> None:
    def readied(build: Build) -> str:
        return str(
            engine().indices.get_settings(index=build.index)[build.index]["settings"]["index"]["refresh_interval"]
        )

    seen: set[str] = set()
    built = rebuild(lambda build, _total: seen.add(readied(build)))
    assert (seen, readied(built)) == ({"-1"}, "1s")


def test_a_process_that_is_killed_ends_the_build_and_the_next_goes_on(filled: Arrive, unit: Unit) -> None:
    before = everything(unit)

    def kill(_build: Build, _total: int) -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(CutterLost, match="ended with -9"):
        rebuild(kill)
    assert children() == set()
    assert everything(unit) == before  # the old index answers
    broken = Build.objects.get(state=Build.State.BUILDING)
    keys = list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True))
    assert 3 <= broken.written < NUMBER
    assert broken.position == keys[broken.written - 1]

    written: list[int] = []
    built = rebuild(lambda build, _total: written.append(build.written))
    assert built.pk == broken.pk
    assert (written[0], written[-1]) == (broken.written + 3, NUMBER)
    # What was written twice counts twice in the engine's sums until it tidies up, so scores are not compared.
    assert unscored(everything(unit)) == unscored(before)
    assert sweep_index().is_clean


def test_the_command_says_what_happened_and_a_worker_goes_on(
    filled: Arrive, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, batches = building._write, count()

    def write(cut: Any, index: str, batch: list[Kept]) -> dict[str, str]:
        if next(batches) == 3:
            for pid in children():
                os.kill(pid, signal.SIGTERM)
        return real(cut, index, batch)

    monkeypatch.setattr(building, "_write", write)
    with pytest.raises(CommandError, match="a process that cuts texts ended with -15; run the same command again"):
        call_command("search_rebuild")
    assert children() == set()
    assert Build.objects.get(state=Build.State.BUILDING).written < NUMBER
    assert run_waiting() == 1
    assert Upkeep.objects.get().state == Upkeep.State.DONE
    assert sweep_index().is_clean


def test_an_engine_whose_memory_is_full_is_given_time(filled: Arrive, unit: Unit) -> None:
    before = everything(unit)
    limit = "network.breaker.inflight_requests.limit"

    def bound(most: str | None) -> None:
        engine().cluster.put_settings(persistent={limit: most})

    bound("2500b")  # the mapping fits, three documents do not
    relief = threading.Timer(2, bound, [None])
    relief.start()
    try:
        assert rebuild().written == NUMBER
        assert not relief.is_alive()
    finally:
        relief.join()
        bound(None)
    assert everything(unit) == before


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError])
def test_who_breaks_off_leaves_no_process_behind(filled: Arrive, kind: type[BaseException]) -> None:
    def stop(_build: Build, _total: int) -> None:
        raise kind

    with pytest.raises(kind):
        rebuild(stop)
    assert children() == set()
    assert rebuild().written == NUMBER


def test_processes_cut_as_this_one_does(filled: Arrive) -> None:
    rows = kept_of(SearchDocument.objects.order_by("pk"))
    with cutters(1) as cut, cutters(0) as here:
        for work in (partial(writings, index="some"), vectors_of):
            assert cut(work, rows) == here(work, rows) == work(rows)
            assert cut(work, []) == []


def test_a_text_that_cannot_be_cut_ends_the_process_and_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    wrong = Kept(1, 1, replace(document(Unit(pk=1), "甲"), points=None))
    with cutters(1) as cut, pytest.raises(CutterLost, match="ended with 1"):
        cut(partial(writings, index="some"), [wrong])
    assert "TypeError" in capfd.readouterr().err


_HOLDING = """
import signal, sys, time
from multiprocessing import process
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it starts in the background
process.current_process()._config["daemon"] = True  # as a worker of Celery is
from search.cutting import cutters
from search.vectors import vectors_of
with cutters(2) as cut:
    cut(vectors_of, [])
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_processes_end_with_who_started_them(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDING], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        pids = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        assert len(pids) == 2
        holder.send_signal(how)
    while any(is_cutting(pid) for pid in pids):  # the runner's own limit ends a test that waits for ever
        time.sleep(0.05)


def is_cutting(pid: str) -> bool:
    try:
        return b"search.cutting" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_one_processor_cuts_alone_and_so_few_documents_are_not_worth_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for processors in (1, 2, 16):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, n=processors: set(range(n)))
        found[processors] = [cutters_for(number) for number in (0, 100, 1_000_000)]
    assert found == {1: [0, 0, 0], 2: [0, 0, 2], 16: [0, 0, 4]}
