"""One-time links: told once, opened with a code, used once; every other end looks the same and stands in the trail."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from zhitong.core import audit, clock, links
from zhitong.core.errors import InvalidInput, NoUnitError, Refusal
from zhitong.core.links import Issued, LinkGone, WrongCode
from zhitong.core.models import AuditEntry, OneTimeLink, OutboxMessage
from zhitong.core.operations import system
from zhitong.units.models import Unit

PURPOSE = "test.thing"


def issue(unit: Unit, *, days: int = 7, object_uuid: UUID | None = None) -> Issued:
    with unit:
        return links.issue(actor=system(unit.pk), purpose=PURPOSE, object_uuid=object_uuid or uuid4(), days=days)


def unlock(unit: Unit, issued: Issued, code: str | None = None) -> OneTimeLink:
    with unit:
        return links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code if code is None else code)


def wrong(issued: Issued) -> str:
    return f"{(int(issued.code) + 1) % 1_000_000:06}"


def trail(unit: Unit) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(unit_key=unit.pk, action__startswith="links.").order_by("seq")
    return [(entry.action, entry.object_id) for entry in entries]


def test_a_link_opens_with_its_code_and_is_used_once(unit: Unit) -> None:
    issued = issue(unit)
    link = unlock(unit, issued)
    assert unlock(unit, issued).pk == link.pk  # it may be opened again, until it is used
    with unit:
        links.spend(actor=system(unit.pk), link=link)
        for again in (lambda: links.spend(actor=system(unit.pk), link=link), lambda: unlock(unit, issued)):
            with pytest.raises(LinkGone):
                again()
    thing = str(link.object_uuid)
    assert trail(unit) == [("links.issued", thing), ("links.opened", thing), ("links.used", thing),
                           *[("links.refused", thing)] * 2]  # fmt: skip


def test_neither_token_nor_code_is_kept_anywhere(unit: Unit) -> None:
    issued = issue(unit)
    unlock(unit, issued)
    kept = [str(list(rows.values())) for rows in (OneTimeLink.objects, AuditEntry.objects, OutboxMessage.objects)]
    for plain in (issued.token, issued.code):
        assert not any(f"{plain}" in words for words in kept)
    # The code's digest needs the token, so that six digits cannot be guessed from it.
    assert issued.link.code_digest not in {links.digest(f"{n:06}") for n in range(1_000_000)}


def test_five_wrong_codes_bar_the_link(unit: Unit) -> None:
    issued = issue(unit)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode, match=f"还可以试 {left} 次"):
            unlock(unit, issued, wrong(issued))
    with pytest.raises(LinkGone):
        unlock(unit, issued, wrong(issued))
    with pytest.raises(LinkGone):
        unlock(unit, issued)
    lapses = OutboxMessage.objects.filter(topic=links.LAPSED, unit_id=unit.pk)
    assert lapses.filter(available_at__lte=clock.now()).count() == 1  # and the alarm of its last day
    assert lapses.count() == 2


def test_ends_look_the_same_outside_and_are_told_apart_inside(unit: Unit) -> None:
    expired, revoked, replaced = issue(unit, days=1), issue(unit), issue(unit)
    with unit:
        thing = {"purpose": PURPOSE, "object_uuid": revoked.link.object_uuid}
        assert links.revoke(actor=system(unit.pk), **thing)
        assert not links.revoke(actor=system(unit.pk), **thing)
    newer = issue(unit, object_uuid=replaced.link.object_uuid)
    said = set()
    with clock.at(clock.now() + timedelta(days=2)):
        for dead in (expired, revoked, replaced):
            with pytest.raises(LinkGone) as refused:
                unlock(unit, dead)
            said.add(str(refused.value))
        with pytest.raises(LinkGone) as refused, unit:
            links.unlock(purpose=PURPOSE, token="x" * 43, code="000000")
        said.add(str(refused.value))
        assert unlock(unit, newer)
    assert len(said) == 1
    refusals = AuditEntry.objects.filter(unit_key=unit.pk, action="links.refused").order_by("seq")
    reasons = [entry.content.split('"reason":"')[1].split('"')[0] for entry in refusals]
    assert reasons == ["expired", "revoked", "revoked", "unknown"]
    assert not list(audit.verify(unit.pk))


def test_a_link_opens_nothing_elsewhere(unit: Unit, stranger: Unit) -> None:
    issued = issue(unit)
    with pytest.raises(LinkGone):
        unlock(stranger, issued)
    with unit, pytest.raises(LinkGone):
        links.unlock(purpose="other.thing", token=issued.token, code=issued.code)
    with stranger, pytest.raises(OneTimeLink.DoesNotExist):
        links.spend(actor=system(stranger.pk), link=issued.link)
    connection.set_schema_to_public()
    with pytest.raises(NoUnitError):
        links.look_up(purpose=PURPOSE, token=issued.token)
    assert unlock(unit, issued)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "长" * 5000])
def test_tokens_that_are_none(unit: Unit, token: str) -> None:
    with unit, pytest.raises(LinkGone):
        links.look_up(purpose=PURPOSE, token=token)


@pytest.mark.parametrize("code", ["", "\x00", "\ud800", "１２３４５６", "9" * 5000])
def test_codes_that_are_none_count_as_wrong(unit: Unit, code: str) -> None:
    issued = issue(unit)
    with pytest.raises(WrongCode):
        unlock(unit, issued, code)
    assert OneTimeLink.objects.get(pk=issued.link.pk).failures == 1


@pytest.mark.parametrize("days", [0, 31, -1])
def test_a_link_lasts_one_to_thirty_days(unit: Unit, days: int) -> None:
    with pytest.raises(InvalidInput, match="1 至 30 天"):
        issue(unit, days=days)


def at_once(unit: Unit, works: list[Callable[[], object]]) -> list[str]:
    results: list[str] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        with unit:
            barrier.wait()
            try:
                work()
                results.append("done")
            except Refusal as refusal:
                results.append(refusal.code)
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


def test_of_two_uses_at_once_one_wins(committed: None) -> None:
    unit = Unit.objects.get(domains__domain__startswith="nanhai.")
    link = unlock(unit, issue(unit))
    spend = lambda: links.spend(actor=system(unit.pk), link=link)  # noqa: E731
    assert at_once(unit, [spend, spend]) == ["done", "links.gone"]


def test_wrong_codes_at_once_are_all_counted(committed: None) -> None:
    unit = Unit.objects.get(domains__domain__startswith="nanhai.")
    issued = issue(unit)
    guess = lambda: links.unlock(purpose=PURPOSE, token=issued.token, code=wrong(issued))  # noqa: E731
    assert at_once(unit, [guess] * 8).count("links.code") == 4
    with pytest.raises(LinkGone):
        unlock(unit, issued)
