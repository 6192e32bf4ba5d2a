"""What a unit minds before an item goes out: the posts that may send, what the receiver takes, a pseudonym kept."""

from collections.abc import Sequence

from tenants.accounts.models import Position, User
from tenants.accounts.queries import post_codes_of
from tenants.items.models import Item
from tenants.review.queries import is_signed
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, WrongState
from zhitong.core.operations import Actor
from zhitong.exchange import packets
from zhitong.units.queries import Destination


def require_terms(actor: Actor, item: Item, to: Sequence[Destination]) -> None:
    """Refuse a sending that the terms of one of the receivers do not allow.

    Raises:
        NotAllowed: the actor holds none of the posts that send there.
        WrongState: the receiver takes only what a leader signed, and nobody did.
    """
    if barred := _not_for(actor, to):
        raise NotAllowed(
            f"报送{barred[0].name}须由{_posts(barred[0])}办理。",
            rule="本单位渠道规定",
            who="本单位管理员可以在“渠道”里调整",
        )
    demanding = [destination.name for destination in _unsigned(item, to)]
    if demanding:
        raise WrongState(
            f"{'、'.join(demanding)}只收经领导签发的信息，这一篇没有经过审签或签发。",
            rule="渠道要求：只收经领导签发的信息",
            who=f"{'、'.join(demanding)}的管理员可以在“渠道”里调整；本单位可以在流程里加审签一步",
            code="exchange.not_signed",
        )


def why_closed(actor: Actor, item: Item, to: Sequence[Destination]) -> dict[str, str]:
    """Return by key of the destination why its terms do not let this actor send the item there, and who can help."""
    mine = {one.key: f"须由{_posts(one)}办理，本单位管理员可以调整" for one in _not_for(actor, to)}
    theirs = {one.key: f"只收经领导签发的，{one.name}可以调整" for one in _unsigned(item, to)}
    return theirs | mine


def _not_for(actor: Actor, to: Sequence[Destination]) -> list[Destination]:
    """Return the destinations to which the actor may not send, for want of a post."""
    named = [destination for destination in to if destination.terms.sender_posts]
    if not named or actor.granted is None:
        return []
    user = User.objects.filter(uuid=actor.user_key).first()
    held = post_codes_of(user, clock.today()) if user else frozenset()
    return [destination for destination in named if not held & set(destination.terms.sender_posts)]


def _unsigned(item: Item, to: Sequence[Destination]) -> list[Destination]:
    """Return the destinations that take only what a leader signed, when nobody signed the item."""
    demanding = [destination for destination in to if destination.terms.only_signed]
    return [] if not demanding or is_signed(item) else demanding


def _posts(destination: Destination) -> str:
    return "、".join(post_names(destination.terms.sender_posts)) or "指定岗位"


def require_nameless(content: dict[str, object], files: Sequence[packets.GrantInput]) -> None:
    """Refuse a pseudonym when the name of a file tells what it hides; of texts see `packets.disguised`.

    Raises:
        InvalidInput: a file is called by the name of an author.
    """
    authors = content["authors"]
    assert isinstance(authors, list)
    telling = [file.name for file in files if any(author["name"] in file.name for author in authors)]
    if telling:
        raise InvalidInput(
            f"附件“{'、'.join(telling)}”的名称里有反映人姓名，不能化名报送。",
            rule="化名报送时，标题、正文和附件名里不能有反映人姓名",
            who="可以换一个附件名，或者不用化名",
        )


def post_names(codes: Sequence[str]) -> list[str]:
    """Return the names of posts of the unit in force, in their order; a post that is gone is left out."""
    return list(Position.objects.filter(code__in=codes).order_by("order", "pk").values_list("name", flat=True))
