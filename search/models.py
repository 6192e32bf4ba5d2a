"""Search documents and their fingerprints: public tables, so a reader's query never loops over schemas."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast

from zhitong.core import clock
from zhitong.units.models import Unit


class SearchDocument(models.Model):
    """What is found: the text of one thing of one unit, who may find it, and its facets.

    `readers` holds grants: `unit:<id>` (everybody in the unit who may search its archive) and `user:<uuid>` (authors).
    A query matches only documents whose `readers` overlap the reader's own grants. `version` is the item's, so that a
    late message never overwrites a newer text. `subject` is the thing whose page shows it, where that is another.
    `points` are what it earned the unit. `revision` rises with every write of any document; a column of the database
    sets it.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    object_uuid = models.UUIDField()
    version = models.PositiveIntegerField(default=0)
    title = models.TextField()
    problem = models.TextField(blank=True)
    analysis = models.TextField(blank=True)
    suggestions = models.TextField(blank=True)
    files = models.TextField(blank=True)
    author_names = ArrayField(models.CharField(max_length=60), default=list)
    from_unit = models.CharField(max_length=40, blank=True)
    number_label = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, blank=True)
    day = models.DateField(null=True)
    matter = models.BigIntegerField(null=True)
    level = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    outcomes = ArrayField(models.CharField(max_length=80), default=list)
    subject = models.UUIDField(null=True)
    points = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    readers = ArrayField(models.CharField(max_length=60), default=list)
    vector = SearchVectorField()
    revision = models.BigIntegerField(db_default=Func(Value("public.search_revision"), function="nextval"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_uuid"], name="search_document_once")]
        indexes = [
            # One for both: what a reader may find and what fits are met with each other inside the index, so the list
            # of a common word is only looked into where the reader's few documents are.
            GinIndex(fields=["readers", "vector"], name="search_readers_vector"),
            models.Index(fields=["unit", "-day", "-id"], name="search_by_day"),
            models.Index(fields=["matter"], name="search_by_matter", condition=Q(matter__isnull=False)),
            models.Index(fields=["subject"], name="search_by_subject", condition=Q(subject__isnull=False)),
        ]


class Fingerprint(models.Model):
    """The numbers by which look-alikes of a document are found (`search.alike.fingerprints`), gone with it.

    `unit` is the document's, so that texts of others are put aside without a look at them; `terms` are mixed by it.
    """

    document = models.OneToOneField(SearchDocument, models.CASCADE, primary_key=True, related_name="fingerprint")
    # Follows the document, which follows its unit: no constraint or index of its own.
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    bands = ArrayField(models.IntegerField(), default=list)
    terms = ArrayField(models.IntegerField(), default=list)

    class Meta:
        indexes = [
            # What is written is sorted in at once: a list of what is still to be sorted in would be read by each check.
            GinIndex(fields=["bands"], name="fingerprint_bands", fastupdate=False),
            # As lexemes, because a question for "so many of these" is one that an index answers of lexemes alone.
            GinIndex(
                Func(Cast("terms", ArrayField(models.TextField())), function="array_to_tsvector"),
                name="fingerprint_lexemes",
                fastupdate=False,
            ),
        ]


class PairVerdict(models.Model):
    """What a reviewer of a unit said of two of its texts; the last word counts, the trail keeps the earlier ones.

    `one` and `other` name items, or an item and a filed proposal, in the order of their uuids, so that a pair is there
    once.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    one = models.UUIDField()
    other = models.UUIDField()
    same = models.BooleanField()
    by_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "one", "other"], name="pair_verdict_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="pair_verdict_in_order"),
        ]


class AlikeMark(models.Model):
    """That a text which waits for somebody is like another of the unit, for the marks in lists (`search.marks`).

    `subject` is an item in review or a dispatch in the inbox, `other` an item or a filed proposal of the unit. `share`
    (0 to 100) is how much of the one, as it came in, stands in the other word for word.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    subject = models.UUIDField()
    other = models.UUIDField()
    share = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "subject", "other"], name="alike_mark_once")]
        indexes = [models.Index(fields=["unit", "other"], name="alike_mark_other")]


class Push(models.Model):
    """A document that has changed and is not in the engine yet: one row however often it changes.

    It is written with the change itself and goes when the engine has the change, so an engine that is down delays and
    loses nothing. `error` is why the last of `attempts` failed; `due_at` when the next one is.
    """

    kind = models.CharField(max_length=20)
    object_uuid = models.UUIDField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    revision = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_uuid"], name="search_push_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="search_push_due")]


class Build(models.Model):
    """An index of the engine, built beside the one in use and put in its place when it is whole.

    `position` is the last document that is in it, so that a build that was broken off goes on from there; `written`
    counts them.
    """

    class State(models.TextChoices):
        """How far an index is."""

        BUILDING = "building"
        IN_USE = "in_use"
        GONE = "gone"

    index = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    position = models.BigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="building"), name="search_one_build"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="in_use"), name="search_one_in_use"),
        ]


class Upkeep(models.Model):
    """What keeps the index right: a sweep or a rebuild, asked for by an operator, a command, or the night.

    A worker makes one at a time. `done` of `total` are units in a sweep, documents in a rebuild. `found` is what a
    sweep found and put right: `documents` and `index`, each as the fields of `search.sweeping.Swept`.
    """

    class Kind(models.TextChoices):
        """What is done."""

        SWEEP = "sweep", "核对"
        REBUILD = "rebuild", "重建"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "没有完成"

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    found = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(state="waiting"), name="search_one_upkeep_waits")
        ]
        indexes = [models.Index(fields=["kind", "-asked_at"], name="search_upkeep_last")]

    @property
    def is_unfinished(self) -> bool:
        """Whether a worker has still to do with it."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def rate(self) -> float:
        """Documents (or units) a second; 0 before the first."""
        if self.started_at is None:
            return 0
        seconds = ((self.finished_at or clock.now()) - self.started_at).total_seconds()
        return self.done / max(seconds, 0.001)


class SavedSearch(models.Model):
    """A question that somebody of a unit keeps, and whether to be told when something new fits it.

    `asked` holds the fields of `search.backend.Query` that are not empty. `seen` is the revision of documents up to
    which the owner has looked; `fresh` how many have come since, counted by the hour with the owner's rights.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    user_uuid = models.UUIDField()
    asked = models.JSONField()
    alerts = models.BooleanField(default=True)
    seen = models.BigIntegerField()
    fresh = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "user_uuid", "asked"], name="saved_search_once")]


class FileText(models.Model):
    """What stands in a file that a unit keeps, read once whatever it is attached to.

    Public, so that a worker finds what waits without a walk through the units; nobody finds anything by it, but through
    documents that carry the text. `due_at` is when a worker takes it, `attempts` how often one did. `is_cut` says that
    its end was left out (`search.files.reading`).
    """

    class State(models.TextChoices):
        """How far a file is."""

        WAITING = "waiting", "待读取"
        READ = "read", "已读取"
        SKIPPED = "skipped", "未读取"

    class Reason(models.TextChoices):
        """Why a file gives no text."""

        KIND = "kind", "图片、视频和演示文稿不读取文字"
        OLD_OFFICE = "old_office", "旧格式（.doc、.xls）不读取，另存为 .docx、.xlsx 后再传"
        TOO_LARGE = "too_large", "超过 30 MB"
        ENCRYPTED = "encrypted", "加了密码"
        NO_TEXT = "no_text", "没有文字，多半是扫描件"
        UNPACKS = "unpacks", "解开后大得不正常"
        MEMORY = "memory", "读取时占用内存过多"
        TIME = "time", "读取时间过长"
        BROKEN = "broken", "文件已损坏"
        CRASHED = "crashed", "读取时出错中断"
        MISSING = "missing", "文件库里没有这个文件"

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    text = models.TextField(blank=True)
    is_cut = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "sha256"], name="file_text_once"),
            models.CheckConstraint(
                condition=Q(state="skipped") & ~Q(reason="") | ~Q(state="skipped") & Q(reason=""),
                name="file_text_skipped_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="file_text_due", condition=Q(state="waiting")),
            models.Index(fields=["-read_at", "-id"], name="file_text_skipped", condition=Q(state="skipped")),
        ]


class SuggestionModel(models.Model):
    """What was learnt at one time from the archive of a unit, to suggest labels of one kind (`search.suggesting`).

    `known` is how many labelled texts the archive had then, `checked` how many of them were held back from the
    training, `right` how many of these got their own label; `sure` holds pairs of margin and share. `numbers` are the
    model's own: of the newest version alone, older ones keep their figures.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    target = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    labels = ArrayField(models.CharField(max_length=80))
    known = models.PositiveIntegerField()
    checked = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    sure = models.JSONField()
    numbers = models.BinaryField(null=True)
    trained_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "target", "version"], name="suggestion_version_once"),
            models.CheckConstraint(condition=Q(right__lte=models.F("checked")), name="suggestion_right_of_checked"),
        ]

    @property
    def accuracy(self) -> float:
        """The share (0 to 1) of the held-back texts that got their own label."""
        return self.right / self.checked if self.checked else 0.0


class HotSubject(models.Model):
    """What many items of a period are about (热点), as a worker found it (`search.clusters`).

    `unit` is whose archive it was found in, null for the network. `place` orders the subjects of a period, `name` is
    made of words that its items have in common, `items` and `units` count what is behind it, `before` how many items
    of the period before would stand there.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    items = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    before = models.PositiveIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "first", "last", "place"], name="hot_subject_place", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(units__lte=models.F("items")), name="hot_subject_units_of_items"),
        ]


class HotItem(models.Model):
    """One item behind a hot subject, by its unit and uuid."""

    subject = models.ForeignKey(HotSubject, models.CASCADE, related_name="behind")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    item_uuid = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "item_uuid"], name="hot_item_once")]
