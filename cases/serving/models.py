"""The delivery of a notice that was not read on the site."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department


class NoticeService(BaseModel):
    """One notice on its way to somebody who has not opened it. A notice read on the site in time has no such row."""

    class Way(models.TextChoices):
        ELECTRONIC = "electronic", "网上送达"
        PAPER = "paper", "当面送达"
        POST = "post", "邮寄送达"
        PUBLIC = "public", "公告送达"

    class State(models.TextChoices):
        TO_DO = "to_do", "待送达"
        POSTED = "posted", "已寄出"
        PUBLISHED = "published", "公告中"
        DONE = "done", "已送达"

    class Signer(models.TextChoices):
        """Who may sign for it (民事诉讼法第八十八条)."""

        SELF = "self", "本人"
        FAMILY = "family", "同住成年家属"
        AGENT = "agent", "代理人、代收人"
        OFFICE = "office", "单位负责收件的人"

    notice = models.OneToOneField("cases.Notice", models.PROTECT, related_name="service")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.TO_DO)
    way = models.CharField(max_length=10, choices=Way, blank=True, default="")
    signer = EncryptedTextField(default="")
    signer_kind = models.CharField(max_length=6, choices=Signer, blank=True, default="")
    tracking = models.CharField(max_length=60, blank=True, default="")
    posted_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")  # why no other way: kept in the file (第九十五条)
    published_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        indexes = (
            models.Index(fields=["department", "id"], condition=~Q(state="done"), name="service_to_do"),
            models.Index(fields=["published_on"], condition=Q(state="published"), name="service_public"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="done") | Q(delivered_on__isnull=False), name="served_notice_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(published_on__isnull=False) & ~Q(reason="")),
                name="public_notice_has_reason",
            ),
        )

    def __str__(self) -> str:
        return f"service of {self.notice_id}"
