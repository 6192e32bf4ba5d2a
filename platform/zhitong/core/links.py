"""One-time links: somebody without an account answers one thing, once, within days, with a code told separately.

The app that gives a link out names a `purpose` and an object of its own; it shows the page, keeps the words, and calls
`issue`, `look_up`, `unlock`, `hold` (for words before the last ones), `spend` and `revoke`. Only digests are kept. A
link that is unknown, used, expired, revoked or barred after too many wrong codes looks the same to whoever holds it;
the unit reads in its trail which.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, Trace
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor, leaving_traces, operation, require_unit, system

TRIES = 5
USUAL_DAYS = 7
LONGEST_DAYS = 30
# Published when a link ends by itself: its days are over, or its tries are spent.
LAPSED = "core.link.lapsed"
_CODE_DIGITS = 6
_REFUSED, _HOLDER = "links.refused", "链接持有人"

Standing = Literal["open", "used", "revoked", "expired", "barred"]


class LinkGone(NotFound):
    """A link that opens nothing (any more); which of the reasons holds is not told."""

    code = "links.gone"

    def __init__(self, trace: Trace | None = None) -> None:
        super().__init__(
            "这个链接不能用了：已经答复过、过了期限、已被收回、验证码输错次数过多，或者网址不完整。"
            "请联系把链接发给您的单位。"
        )
        self.trace = trace


class WrongCode(InvalidInput):
    """The code is not the one that belongs to the link."""

    code = "links.code"

    def __init__(self, left: int) -> None:
        words = f"验证码不对，还可以试 {left} 次。"
        super().__init__(words, fields={"code": [words]})


@dataclass(frozen=True, slots=True)
class Issued:
    """A new link with its token and code in plain: shown once, to be told on two ways, never kept."""

    link: OneTimeLink
    token: str
    code: str


def digest(plain: str) -> str:
    """Return what is kept of a one-time token or a key: sha256 in hex (they are random, so no salt is needed)."""
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def standing(link: OneTimeLink) -> Standing:
    """Return how a link stands now."""
    if link.used_at:
        return "used"
    if link.revoked_at:
        return "revoked"
    if link.failures >= TRIES:
        return "barred"
    return "open" if link.expires_at > clock.now() else "expired"


def trace_of(link: OneTimeLink) -> Trace:
    """Return what a refused use of a link leaves in the unit's trail: how the link stands at this moment."""
    link.refresh_from_db()
    return Trace(_REFUSED, link.purpose, str(link.object_uuid), {"reason": standing(link)})


def newest(purpose: str, objects: Iterable[UUID]) -> dict[UUID, OneTimeLink]:
    """Return the latest link of each object that had one, by the object's uuid, in one query."""
    rows = OneTimeLink.objects.filter(unit_id=require_unit(), purpose=purpose, object_uuid__in=list(objects))
    return {row.object_uuid: row for row in rows.order_by("pk")}


@operation()
def issue(*, actor: Actor, purpose: str, object_uuid: UUID, days: int = USUAL_DAYS) -> Issued:
    """Make a link to an object of the actor's unit, which ends an earlier one. The caller has checked the right.

    Raises:
        InvalidInput: under `days`: fewer than 1 or more than `LONGEST_DAYS`.
    """
    if not 1 <= days <= LONGEST_DAYS:
        words = f"链接的有效期为 1 至 {LONGEST_DAYS} 天。"
        raise InvalidInput(words, fields={"days": [words]})
    _end(purpose, object_uuid)
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
    moment = clock.now()
    link = OneTimeLink.objects.create(
        unit_id=require_unit(),
        purpose=purpose,
        object_uuid=object_uuid,
        digest=digest(token),
        code_digest=_code_digest(token, code),
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    _tell_lapse(link, later=True)
    audit.record(actor=actor, action="links.issued", object_kind=purpose, object_id=object_uuid, days=days)
    return Issued(link, token, code)


@operation()
def revoke(*, actor: Actor, purpose: str, object_uuid: UUID) -> bool:
    """End the standing link to an object, and return whether there was one. The caller has checked the right."""
    ended = _end(purpose, object_uuid)
    if ended:
        audit.record(actor=actor, action="links.revoked", object_kind=purpose, object_id=object_uuid)
    return ended


def look_up(*, purpose: str, token: str) -> OneTimeLink:
    """Return the open link that a token names; an attempt on any other is written into the unit's trail.

    Raises:
        LinkGone: unknown, used, expired, revoked or barred.
    """
    link = _find(purpose, token)
    if link is not None and standing(link) == "open":
        return link
    with leaving_traces(system(require_unit(), _HOLDER)):
        raise LinkGone(trace_of(link) if link else Trace(_REFUSED, purpose, digest(token)[:16], {"reason": "unknown"}))


def unlock(*, purpose: str, token: str, code: str) -> OneTimeLink:
    """Return the open link that token and code open together; a wrong code is counted, whatever follows.

    Raises:
        LinkGone: as `look_up`, and when this wrong code was the last try.
        WrongCode: the code is another; it says how many tries are left.
    """
    link = look_up(purpose=purpose, token=token)
    failures = _try(actor=system(link.unit_id, _HOLDER), link_id=link.pk, token=token, code=code)
    if failures >= TRIES:
        raise LinkGone
    if failures >= 0:
        raise WrongCode(TRIES - failures)
    return link


@operation()
def spend(*, actor: Actor, link: OneTimeLink) -> OneTimeLink:
    """Use a link up, in the transaction that keeps what its holder answered; of two answers at once one wins.

    Raises:
        LinkGone: it was used, revoked, barred, or expired meanwhile.
    """
    locked = hold(actor=actor, link=link)
    locked.used_at = clock.now()
    locked.save(update_fields=["used_at"])
    audit.record(actor=actor, action="links.used", object_kind=link.purpose, object_id=link.object_uuid)
    return locked


@operation()
def hold(*, actor: Actor, link: OneTimeLink) -> OneTimeLink:
    """Lock a link that stays open for further answers, in the transaction that keeps this one; `spend` ends it.

    Raises:
        LinkGone: it was used, revoked, barred, or expired meanwhile.
    """
    locked = OneTimeLink.objects.select_for_update().get(pk=link.pk, unit_id=require_unit())
    if standing(locked) != "open":
        raise LinkGone(trace_of(locked))
    return locked


@operation()
def _try(*, actor: Actor, link_id: int, token: str, code: str) -> int:
    """Compare a code and return -1 when it is right, else how often this link met a wrong one.

    It returns instead of raising, because the count must outlive the refusal.
    """
    link = OneTimeLink.objects.select_for_update().get(pk=link_id)
    if standing(link) != "open":
        return TRIES
    if secrets.compare_digest(link.code_digest, _code_digest(token, code.strip())):
        if link.opened_at is None:
            link.opened_at = clock.now()
            link.save(update_fields=["opened_at"])
            audit.record(actor=actor, action="links.opened", object_kind=link.purpose, object_id=link.object_uuid)
        return -1
    link.failures += 1
    link.save(update_fields=["failures"])
    if link.failures >= TRIES:
        _tell_lapse(link)
    audit.record(
        actor=actor,
        action="links.code_wrong",
        object_kind=link.purpose,
        object_id=link.object_uuid,
        failures=link.failures,
    )
    return link.failures


def _find(purpose: str, token: str) -> OneTimeLink | None:
    return OneTimeLink.objects.filter(digest=digest(token), unit_id=require_unit(), purpose=purpose).first()


def _end(purpose: str, object_uuid: UUID) -> bool:
    standing_ones = OneTimeLink.objects.filter(
        unit_id=require_unit(),
        purpose=purpose,
        object_uuid=object_uuid,
        used_at__isnull=True,
        revoked_at__isnull=True,
    )
    return bool(standing_ones.update(revoked_at=clock.now()))


def _tell_lapse(link: OneTimeLink, *, later: bool = False) -> None:
    payload = {"purpose": link.purpose, "object": str(link.object_uuid)}
    outbox.publish(LAPSED, payload, unit_id=link.unit_id, at=link.expires_at if later else None)


def _code_digest(token: str, code: str) -> str:
    # Six digits alone are guessed from any digest; with the token, which is not kept, they are not.
    return digest(f"{token}:{code}")
