"""Items and what hangs on them: a unit's own tables (DOMAIN §4)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tenants.accounts.models import Group, User
from zhitong.core import glossary


class State(models.TextChoices):
    """Where an item stands inside its unit. One word per state for everybody."""

    DRAFT = "draft", glossary.DRAFT
    IN_REVIEW = "in_review", glossary.IN_REVIEW
    RETURNED = "returned", glossary.TO_REVISE
    APPROVED = "approved", glossary.ADOPTED
    KEPT = "kept", glossary.KEPT
    DECLINED = "declined", glossary.DECLINED
    WITHDRAWN = "withdrawn", glossary.WITHDRAWN
    MERGED = "merged", glossary.MERGED


# Where the names under an item may still change: until the unit has decided.
OPEN_STATES = (State.DRAFT, State.IN_REVIEW, State.RETURNED)


class SubmitterKind(models.TextChoices):
    """Who reflects the matter."""

    MEMBER = "member", glossary.SUBMITTER_KINDS["member"]
    PARTY = "party", glossary.SUBMITTER_KINDS["party"]
    COMMITTEE = "committee", glossary.SUBMITTER_KINDS["committee"]
    SECTOR = "sector", glossary.SUBMITTER_KINDS["sector"]
    LOWER_CPPCC = "lower_cppcc", glossary.SUBMITTER_KINDS["lower_cppcc"]
    INFORMANT = "informant", glossary.SUBMITTER_KINDS["informant"]
    CONTACT_POINT = "contact_point", glossary.SUBMITTER_KINDS["contact_point"]


class Urgency(models.TextChoices):
    """How urgent an item is."""

    ORDINARY = "ordinary", glossary.URGENCIES["ordinary"]
    IMPORTANT = "important", glossary.URGENCIES["important"]
    URGENT = "urgent", glossary.URGENCIES["urgent"]


class Source(models.TextChoices):
    """Where an item comes from."""

    ORIGINAL = "original", glossary.SOURCES["original"]
    CALL = "call", glossary.SOURCES["call"]
    PROPOSAL = "proposal", glossary.SOURCES["proposal"]
    RESEARCH = "research", glossary.SOURCES["research"]
    CONSULTATION = "consultation", glossary.SOURCES["consultation"]
    SPEECH = "speech", glossary.SOURCES["speech"]


class ItemKind(models.TextChoices):
    """What goes through review. Reports alone are counted, searched, listed and sent; a circular is only reviewed."""

    REPORT = "report", "社情民意信息"
    CIRCULAR = "circular", "通报"


class Reports(models.Manager["Item"]):
    """Items without circulars: a list, a count or a search that forgets them can but leave them out."""

    def get_queryset(self) -> models.QuerySet["Item"]:
        """Leave circulars out: whoever means them says `Item.every`."""
        return super().get_queryset().filter(kind=ItemKind.REPORT)


class Item(models.Model):
    """One report on one matter; or (`kind`) the text of a circular, whose figures `tenants.circulars` keeps.

    A merged one (综合稿, `is_merged`) was made of other items of the unit, which the network keeps (`MergePart`); it is
    nobody's own. `number` counts within the unit and `year`, given at submission. `version` rises with every write and
    guards against lost updates. `text_length` is the reader's count of the three sections together. `dispatch_uuid`
    names the dispatch a received item came by; `import_key` the row an imported one came from; `call_uuid` the call
    (约稿) it was written from, which the network keeps, too, once it is submitted with 约稿 as its source. `title` …
    `suggestions` hold the working text; the original, edited and issued texts are `Edition`s. A draft may hold a title
    over the limit of 100 characters, so that nothing typed is lost; submission refuses it. While the author side
    writes, `pen_holder` is who writes on in the creator's stead (接力撰写, null: the creator), since `pen_since`, asked
    with `pen_note`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=ItemKind, default=ItemKind.REPORT)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField("标题", max_length=300, blank=True)
    problem = models.TextField("情况反映", blank=True)
    analysis = models.TextField("原因分析", blank=True)
    suggestions = models.TextField("意见建议", blank=True)
    category = models.CharField("类别", max_length=20, blank=True)
    keywords = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="关键词")
    submitter_kind = models.CharField("反映主体", max_length=20, choices=SubmitterKind, default=SubmitterKind.MEMBER)
    urgency = models.CharField("紧急程度", max_length=10, choices=Urgency, default=Urgency.ORDINARY)
    source = models.CharField("来源", max_length=20, choices=Source, default=Source.ORIGINAL)
    may_publish = models.BooleanField("可以公开", default=False)
    not_public_reason = models.CharField("不公开的理由", max_length=100, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="items", verbose_name="所属")
    text_length = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="items")
    pen_holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    pen_since = models.DateTimeField(null=True)
    pen_note = models.CharField("交接的话", max_length=200, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    dispatch_uuid = models.UUIDField(null=True, unique=True)
    call_uuid = models.UUIDField(null=True)
    is_merged = models.BooleanField(default=False)
    from_unit = models.CharField("报送单位", max_length=40, blank=True)
    import_key = models.CharField(max_length=80, null=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    objects = Reports()
    every: "models.Manager[Item]" = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="item_number_once"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(kind="report", number__isnull=False, submitted_at__isnull=False)
                | Q(kind="circular", submitted_at__isnull=False),
                name="item_number_after_draft",
            ),
            models.CheckConstraint(
                condition=Q(kind="report")
                | Q(number__isnull=True, dispatch_uuid__isnull=True, call_uuid__isnull=True, is_merged=False),
                name="item_circular_is_no_report",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, year__isnull=True) | Q(number__isnull=False, year__isnull=False),
                name="item_year_number",
            ),
            models.CheckConstraint(
                condition=Q(pen_holder__isnull=True, pen_since__isnull=True, pen_note="")
                | Q(pen_holder__isnull=False, pen_since__isnull=False, state__in=["draft", "returned"]),
                name="item_pen_on_the_author_side",
            ),
            models.CheckConstraint(
                condition=Q(pen_holder__isnull=True) | ~Q(pen_holder=F("created_by")), name="item_pen_with_another"
            ),
        ]
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="item_by_time"),
            models.Index(fields=["state", "-submitted_at", "-id"], name="item_by_state"),
            models.Index(fields=["created_by", "-changed_at"], name="item_by_author"),
            models.Index(fields=["call_uuid"], name="item_by_call", condition=Q(call_uuid__isnull=False)),
            models.Index(fields=["pen_holder"], name="item_by_pen", condition=Q(pen_holder__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or "（未写标题）"

    @property
    def is_report(self) -> bool:
        """Whether the network knows it: what becomes of a circular is no event of anybody's report."""
        return self.kind == ItemKind.REPORT

    @property
    def signers(self) -> list["ItemAuthor"]:
        """Those whose names stand under the item, in their order; who declined or was left out is not among them."""
        return [author for author in self.authors.all() if author.signs]

    def is_written_by(self, user: User) -> bool:
        """Return whether the pen is in this user's hand while the author side writes."""
        return user.pk == (self.pen_holder_id or self.created_by_id)


class Consent(models.TextChoices):
    """What an own co-author said to being named. Nobody asks the writer, or a name without an account: empty."""

    ASKED = "asked", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DECLINED = "declined", "已谢绝"


class ItemAuthor(models.Model):
    """An author or co-author in the order of signing. The words are frozen at signing; `user` is an own account.

    `signs` says whether the name stands under the item: never after a refusal, and for who has not answered as the
    unit's rule was at the submission (`Unit.unconfirmed_sign`). `reason` is that of a refusal, for the writer alone.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="authors")
    order = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="authorships")
    person_uuid = models.UUIDField(null=True)
    name = models.CharField("姓名", max_length=60)
    duty = models.CharField("职务", max_length=60, blank=True)
    sector = models.CharField("界别", max_length=60, blank=True)
    party = models.CharField("党派", max_length=20, blank=True)
    rank = models.CharField("委员层级", max_length=10, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    consent = models.CharField(max_length=10, choices=Consent, blank=True)
    signs = models.BooleanField(default=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "order"], name="author_order", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["item", "user"], name="author_once", condition=Q(user__isnull=False)),
            models.CheckConstraint(
                condition=Q(consent__in=["", Consent.ASKED], answered_at__isnull=True)
                | Q(consent__in=[Consent.CONFIRMED, Consent.DECLINED], answered_at__isnull=False),
                name="author_answer",
            ),
            models.CheckConstraint(
                condition=~Q(consent=Consent.DECLINED) | Q(signs=False), name="author_declined_signs_not"
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="author_asked", condition=Q(consent=Consent.ASKED)),
        ]

    @property
    def is_open_question(self) -> bool:
        """Whether the co-author was asked and may still answer."""
        return self.consent == Consent.ASKED and self.item.state in OPEN_STATES


class EditionKind(models.TextChoices):
    """Which text it is: kept apart for ever. A draft is what one hand of several left before submission."""

    DRAFT = "draft", "接力稿"
    ORIGINAL = "original", "原稿"
    EDITED = "edited", "核稿"
    ISSUED = "issued", "定稿"


class SubmittedEditions(models.Manager["Edition"]):
    """Editions without drafts, of which `tenants.items.queries.drafts_open_to` says who reads them."""

    def get_queryset(self) -> models.QuerySet["Edition"]:
        """Leave drafts out: whoever means them says `Edition.every`."""
        return super().get_queryset().exclude(kind=EditionKind.DRAFT)


class Edition(models.Model):
    """A text of an item as one person left it at one moment; never changed afterwards.

    `objects` and `item.editions` leave drafts out, so that no reviewer's page shows one by mistake.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=EditionKind)
    title = models.CharField(max_length=300)  # a draft may be over the limit of 100, as the item may
    problem = models.TextField(blank=True)
    analysis = models.TextField(blank=True)
    suggestions = models.TextField(blank=True)
    writer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    writer_label = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    objects = SubmittedEditions()
    every: "models.Manager[Edition]" = models.Manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="edition_once")]


class Attachment(models.Model):
    """A file of an item, stored by content hash under the unit; read through the download gate only."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class Counter(models.Model):
    """The last number given in a year; locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)
