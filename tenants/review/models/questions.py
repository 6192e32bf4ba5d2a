"""What a reviewer asks others before deciding: facts to verify (核实), opinions to collate (联审)."""

import uuid

from django.db import models
from django.db.models import Q

from tenants.accounts.models import User


class Question(models.Model):
    """Facts to verify, or an opinion, asked of one addressee by the holder of `task`.

    Inside the unit, tasks ask the people of the addressee and the first answer counts. Outside it, somebody with a
    `contact` (mobile number or e-mail) and no account answers through a one-time link and sees `words` and `passage`,
    nothing else. `addressee` says in words who is asked; `seq` is the number of the act that asked. Whether a question
    stands open is not kept: see `tenants.review.queries.questions`.
    """

    class Kind(models.TextChoices):
        """What is asked; the same words as the kinds of tasks that ask it."""

        VERIFY = "verify", "核实"
        OPINION = "opinion", "联审"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.ForeignKey("review.Task", models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=10, choices=Kind)
    seq = models.PositiveSmallIntegerField()
    addressee = models.CharField("询问对象", max_length=120)
    contact = models.CharField("手机号或邮箱", max_length=80, blank=True)
    words = models.TextField()
    passage = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_label = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="", answered_label="")
                | (Q(answered_at__isnull=False, withdrawn_at__isnull=True) & ~Q(answer="") & ~Q(answered_label="")),
                name="question_answered_by_somebody",
            ),
        ]

    @property
    def is_outside(self) -> bool:
        """Whether somebody without an account is asked."""
        return bool(self.contact)
