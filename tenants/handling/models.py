"""Tables of handling: what only the asking unit knows of handlers without an account."""

from django.db import models


class Contact(models.Model):
    """Who answers for a department outside the platform, and how a link reaches them (mobile number or e-mail).

    It stays in the unit that asked: the network knows the department's name alone.
    """

    assignment_uuid = models.UUIDField(unique=True)
    person = models.CharField("姓名", max_length=40)
    contact = models.CharField("手机号或邮箱", max_length=80)

    class Meta:
        ordering = ["id"]
