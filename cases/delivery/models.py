"""How the result of a case is handed over, the parcel it travels in, and the proof that it arrived."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from common.fields import BlindIndexField, EncryptedJSONField
from common.models import BaseModel
from identity.models import Account, Department, Person


class Delivery(BaseModel):
    """送达 of one case that is more than electronic; a case without a row is delivered electronically only.

    ``address`` is where a parcel goes: ``{"name", "phone", "region", "street"}``; it is erased some time after.
    """

    class Way(models.TextChoices):
        ELECTRONIC = "electronic", "只要电子的"
        PICK_UP = "pick_up", "到大厅领取"
        POST = "post", "邮寄到家"

    class State(models.TextChoices):
        CHOSEN = "chosen", "等结果"
        READY = "ready", "待发放"
        POSTED = "posted", "已寄出"
        HANDED_OUT = "handed_out", "已领取"
        SIGNED = "signed", "已签收"
        ENDED = "ended", "不用领了"  # the case ended without a result

    case = models.OneToOneField(Case, models.CASCADE, related_name="delivery")  # a draft may go
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")  # whose counter hands it out
    way = models.CharField(max_length=10, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.CHOSEN)
    address = EncryptedJSONField(null=True)
    ready_at = models.DateTimeField(null=True)
    code_index = BlindIndexField(null=True)  # of the pick-up code in force; the code itself is nowhere
    code_made_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)  # 送达日期
    handed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    receiver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=["department", "ready_at"], condition=Q(state="ready"), name="delivery_to_hand_out"),
            models.Index(fields=["department", "updated_at"], condition=Q(state="posted"), name="delivery_on_its_way"),
            models.Index(fields=["updated_at"], condition=Q(address__isnull=False), name="delivery_address_kept"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["code_index"], condition=Q(code_index__isnull=False), name="pick_up_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_out")
                | Q(handed_at__isnull=False, handed_by__isnull=False, receiver__isnull=False),
                name="handed_out_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(handed_at__isnull=False, way="post"), name="signed_for_by_post"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.way} {self.state}"


class Parcel(BaseModel):
    """The one parcel of a delivery. ``number`` is ours, by which the courier knows two orders as one."""

    class State(models.TextChoices):
        WAITING = "waiting", "等快递接单"
        ORDERED = "ordered", "等揽收"
        COLLECTED = "collected", "已揽收"
        MOVING = "moving", "运输中"
        OUT = "out", "派送中"
        SIGNED = "signed", "已签收"
        RETURNED = "returned", "已退回"

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="parcel")
    number = models.CharField(max_length=40, unique=True)
    waybill = models.CharField(max_length=40, blank=True, default="")  # 运单号
    courier = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    is_by_hand = models.BooleanField(default=False)  # taken to the post by the counter, no platform knows of it
    sent_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)  # when the courier was last asked where it is

    class Meta:
        indexes = (
            models.Index(
                fields=["state", "asked_at"],
                condition=~Q(state__in=["signed", "returned"]) & Q(is_by_hand=False),
                name="parcel_to_ask_for",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class ParcelEvent(BaseModel):
    """One thing the courier (or the counter) says of a parcel; the same news told again stays one row."""

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="news")
    step = models.CharField(max_length=10, choices=Parcel.State)
    at = models.DateTimeField()  # when it happened, by the courier's clock
    place = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints = (models.UniqueConstraint(fields=["parcel", "step", "at"], name="parcel_news_once"),)

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.step}"
