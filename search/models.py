"""Search documents and their fingerprints: public tables, so a reader's query never loops over schemas."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from zhitong.units.models import Unit


class SearchDocument(models.Model):
    """What is found: the text of one thing of one unit, who may find it, and its facets.

    `readers` holds grants: `unit:<id>` (everybody in the unit who may search its archive) and `user:<uuid>` (authors).
    A query matches only documents whose `readers` overlap the reader's own grants. `version` is the item's, so that a
    late message never overwrites a newer text.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    object_uuid = models.UUIDField()
    version = models.PositiveIntegerField(default=0)
    title = models.TextField()
    problem = models.TextField(blank=True)
    analysis = models.TextField(blank=True)
    suggestions = models.TextField(blank=True)
    author_names = ArrayField(models.CharField(max_length=60), default=list)
    from_unit = models.CharField(max_length=40, blank=True)
    number_label = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, blank=True)
    day = models.DateField(null=True)
    readers = ArrayField(models.CharField(max_length=60), default=list)
    vector = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_uuid"], name="search_document_once")]
        indexes = [
            GinIndex(fields=["vector"], name="search_vector"),
            GinIndex(fields=["readers"], name="search_readers"),
            models.Index(fields=["unit", "-day", "-id"], name="search_by_day"),
        ]


class Fingerprint(models.Model):
    """The numbers by which look-alikes of a document are found (`search.alike.fingerprints`), gone with it."""

    document = models.OneToOneField(SearchDocument, models.CASCADE, primary_key=True, related_name="fingerprint")
    bands = ArrayField(models.IntegerField(), default=list)
    terms = ArrayField(models.IntegerField(), default=list)

    class Meta:
        indexes = [
            GinIndex(fields=["bands"], name="fingerprint_bands"),
            GinIndex(fields=["terms"], name="fingerprint_terms"),
        ]


class PairVerdict(models.Model):
    """What a reviewer of a unit said of two of its items; the last word counts, the trail keeps the earlier ones.

    `one` and `other` name the items in the order of their uuids, so that a pair is there once.
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
