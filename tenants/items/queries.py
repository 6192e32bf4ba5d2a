"""Reads over items; `visible_items` is the one place that says what a user may see. `Item.objects` holds reports."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tenants.accounts.models import User
from tenants.accounts.queries import with_permission
from tenants.items.models import (
    OPEN_STATES,
    Attachment,
    Consent,
    Edition,
    EditionKind,
    Item,
    ItemAuthor,
    ItemKind,
    State,
)
from tenants.items.texts import CIRCULAR_LABELS, CIRCULAR_LIMIT, LABELS
from zhitong.core.errors import NotFound
from zhitong.exchange.models import Paper
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

# What authors read instead of a name that the unit hides from them.
NAMELESS = "审核人"


def number_label(item: Item, mark: str) -> str:
    """Return what one tells on the telephone (南海〔2026〕218号); empty before submission. `mark` is the unit's."""
    return f"{mark}〔{item.year}〕{item.number}号" if item.number else ""


def labels_of(item: Item) -> Mapping[str, str]:
    """Return what the title and the three sections of an item are called."""
    return LABELS if item.is_report else CIRCULAR_LABELS


def limit_of(item: Item, unit: Unit) -> int:
    """Return how many characters its three sections may hold: the unit's limit for reports, or that of a paper."""
    return unit.text_limit if item.is_report else CIRCULAR_LIMIT


def own_circulars(user: User) -> QuerySet[Item]:
    """Return the circulars that `user` drafted."""
    return Item.every.filter(kind=ItemKind.CIRCULAR, created_by=user)


def visible_items(user: User) -> QuerySet[Item]:
    """Return the items `user` may see: own and co-signed ones; with `items.read_all` all but others' drafts.

    A draft is its creator's, that of the co-authors who were asked to sign it, and of who was handed it to write on.
    Who declined sees the item no longer by having been named, nor does who never answered and was left out when the
    unit decided.
    """
    submitted = ~Q(state=State.DRAFT)
    seen = Q(created_by=user) | Q(pen_holder=user) | _named(user)
    return Item.objects.filter(seen | submitted if user.has_zt_perm("items.read_all") else seen)


def own_items(user: User) -> QuerySet[Item]:
    """Return the items of which `user` is an author or the writer; others' drafts once the user agreed to sign."""
    written = Q(created_by=user, dispatch_uuid__isnull=True, is_merged=False)
    agreed = ~Q(item__state=State.DRAFT) | Q(consent=Consent.CONFIRMED)
    signed = ItemAuthor.objects.filter(agreed, item=OuterRef("pk"), user=user, signs=True)
    return Item.objects.filter(written | Exists(signed))


def open_questions(user: User) -> QuerySet[ItemAuthor]:
    """Return where `user` is asked to sign and has not answered, with the items, the oldest question first."""
    rows = ItemAuthor.objects.filter(user=user, consent=Consent.ASKED, item__state__in=OPEN_STATES)
    return rows.select_related("item__created_by").order_by("asked_at", "id")


def get_question(user: User, item_uuid: UUID) -> ItemAuthor:
    """Return the row by which `user` is named as co-author of an item, with the item.

    Raises:
        NotFound: not asked, or declined.
    """
    named = ItemAuthor.objects.filter(user=user, item__uuid=item_uuid, consent__in=[Consent.ASKED, Consent.CONFIRMED])
    row = named.select_related("item__created_by", "item__group").first()
    if row is None:
        raise NotFound
    return row


def written_items(user: User) -> QuerySet[Item]:
    """Return the items that `user` wrote or signed, and those handed to them to write on."""
    return own_items(user) | Item.objects.filter(pen_holder=user)


def pen_candidates(item: Item) -> list[User]:
    """Return who a draft can be handed to: its co-authors with an account first, then the unit's reviewers."""
    named = Q(authorships__item=item) & ~Q(authorships__consent=Consent.DECLINED)
    signed = User.objects.filter(named, is_active=True).order_by("authorships__order")
    reviewers = with_permission("review.decide").order_by("name", "pk")
    return list({user.pk: user for user in [*signed, *reviewers] if user.pk != item.created_by_id}.values())


def draft_editions(item: Item) -> list[Edition]:
    """Return what each hand left while the author side wrote, oldest first. The caller checks the right."""
    drafts = Edition.every.filter(item=item, kind=EditionKind.DRAFT)
    return list(drafts.select_related("writer").order_by("number"))


def drafts_open_to(user: User, item: Item) -> list[Edition]:
    """Return what hands left before the submission as far as `user`, who reads the item, may read it; oldest first.

    Its creator reads all of it, who had the pen what was written up to their own last turn: they read it then. Nobody
    else reads any, reviewers neither: a draft is its author's (DOMAIN, Secrecy).
    """
    drafts = draft_editions(item)
    if not drafts or item.created_by_id == user.pk:
        return drafts
    last = max((one.number for one in drafts if one.writer_id == user.pk), default=0)
    return [one for one in drafts if one.number <= last]


def get_visible(user: User, item_uuid: UUID) -> Item:
    """Return one item that `user` may see.

    Raises:
        NotFound: absent or hidden.
    """
    item = visible_items(user).select_related("group", "created_by").filter(uuid=item_uuid).first()
    if item is None:
        raise NotFound
    return item


def get_own(user: User, item_uuid: UUID) -> Item:
    """Return an item that `user` wrote.

    Raises:
        NotFound: absent or somebody else's.
    """
    item = Item.objects.select_related("group", "created_by").filter(uuid=item_uuid, created_by=user).first()
    if item is None:
        raise NotFound
    return item


def without_names(user: User, items: Iterable[int]) -> frozenset[int]:
    """Return of which items (by id) `user` reads posts instead of reviewers' names: own ones, where the unit wants it.

    Who may read all reviews of the unit knows the names anyway.
    """
    if not unit_in_force().hides_reviewers or user.has_zt_perm("review.read_all"):
        return frozenset()
    return frozenset(own_items(user).filter(pk__in=list(items)).values_list("pk", flat=True))


def hides_reviewers_from(user: User, item: Item) -> bool:
    """Return whether `user` reads posts instead of reviewers' names of this item."""
    return item.pk in without_names(user, [item.pk])


def get_written(user: User, item_uuid: UUID) -> Item:
    """Return an item that `user` wrote, or was handed to write on.

    Raises:
        NotFound: absent or somebody else's.
    """
    items = Item.objects.select_related("group", "created_by", "pen_holder")
    item = items.filter(Q(created_by=user) | Q(pen_holder=user), uuid=item_uuid).first()
    if item is None:
        raise NotFound
    return item


def visible_attachment(user: User, item_uuid: UUID, attachment_uuid: UUID) -> Attachment:
    """Return a file of an item that `user` may see.

    Raises:
        NotFound: absent, removed or hidden.
    """
    found = Attachment.objects.filter(
        uuid=attachment_uuid, removed_at__isnull=True, item__uuid=item_uuid, item__in=visible_items(user)
    ).first()
    if found is None:
        raise NotFound
    return found


def with_authors(items: QuerySet[Item]) -> QuerySet[Item]:
    """Let `item.authors.all()` cost one query a page."""
    return items.prefetch_related(Prefetch("authors", ItemAuthor.objects.order_by("order")))


def author_names(item: Item) -> list[str]:
    """Return the names of those who sign, in their order; who may still answer is marked."""
    return [f"{author.name}（待确认）" if author.is_open_question else author.name for author in item.signers]


def call_behind(item: Item) -> Paper | None:
    """Return the call (约稿) that an item was written from, with its sender; None without one."""
    if item.call_uuid is None:
        return None
    return Paper.objects.select_related("unit").filter(uuid=item.call_uuid).first()


def open_to(item: Item) -> list[ItemAuthor]:
    """Return the authors for whose sake an item is open to readers: those who sign, and those who may still do."""
    named = {Consent.ASKED, Consent.CONFIRMED}
    waits = item.state in OPEN_STATES
    return [author for author in item.authors.all() if author.signs or (waits and author.consent in named)]


def find_members(words: str, *, without: Iterable[UUID] = (), limit: int = 8) -> list[User]:
    """Return members of the unit whose name holds `words`, for the choice of co-authors; nothing for empty words."""
    if not words.strip():
        return []
    found = User.objects.filter(name__icontains=words.strip(), is_active=True).exclude(uuid__in=list(without))
    return list(found.prefetch_related("circles").order_by("name", "id")[:limit])


def untouched_draft(user: User) -> Item | None:
    """Return a draft of `user` in which nothing has been written or attached yet."""
    empty = {"title": "", "problem": "", "analysis": "", "suggestions": "", "version": 1}
    drafts = Item.objects.filter(created_by=user, state=State.DRAFT, call_uuid__isnull=True)
    return drafts.filter(attachments__isnull=True, **empty).first()


def _named(user: User) -> Exists:
    rows = ItemAuthor.objects.filter(item=OuterRef("pk"), user=user)
    asked = Q(consent__in=[Consent.ASKED, Consent.CONFIRMED], item__state__in=OPEN_STATES)
    return Exists(rows.filter((Q(signs=True) & ~Q(item__state=State.DRAFT)) | asked))
