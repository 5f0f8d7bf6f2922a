"""What a case owes and what was paid. Amounts are yuan with two decimals; nothing here is ever deleted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Case, Notice
from common.models import BaseModel
from identity.models import Account
from services.charging import Moment

_LIVE = ("open", "paid")


class FeeNotice(BaseModel):
    """缴费通知: what a case owes at one moment, frozen; its numbered PDF is ``notice``."""

    class State(models.TextChoices):
        UNPAID = "unpaid", "待缴费"
        PAID = "paid", "已缴费"
        WAIVED = "waived", "免缴"  # a reduction leaves nothing to pay
        CANCELLED = "cancelled", "不用缴了"  # the case ended first
        REFUNDED = "refunded", "已退费"

    case = models.ForeignKey(Case, models.PROTECT, related_name="fee_notices")
    moment = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Moment])
    notice = models.OneToOneField(Notice, models.PROTECT, related_name="fee", null=True)  # nothing to pay: none
    lines = models.JSONField(default=list)  # see cases.fees.calculation
    total = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    due_on = models.DateField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.UniqueConstraint(fields=["case", "moment"], name="fee_notice_once"),
            models.CheckConstraint(condition=Q(total__gte=0), name="fee_not_negative"),
        )
        indexes = (models.Index(fields=["due_on"], condition=Q(state="unpaid"), name="fee_unpaid"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.moment} {self.total}"


class PaymentOrder(BaseModel):
    """One attempt to pay a fee notice through the platform."""

    class State(models.TextChoices):
        OPEN = "open", "待付款"
        PAID = "paid", "已付款"
        CANCELLED = "cancelled", "已取消"
        REFUNDED = "refunded", "已退款"

    fee = models.ForeignKey(FeeNotice, models.PROTECT, related_name="orders")
    number = models.CharField("缴费订单号", max_length=40, unique=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    pay_url = models.CharField(max_length=500, blank=True, default="")  # where the platform takes the payment
    opened_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(fields=["fee"], condition=Q(state__in=_LIVE), name="one_live_order"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_positive"),
        )

    def __str__(self) -> str:
        return self.number


class Payment(BaseModel):
    """Money that arrived: by the platform's transaction, or at the counter by the number of its receipt."""

    class Way(models.TextChoices):
        ONLINE = "online", "网上"
        COUNTER = "counter", "窗口"

    fee = models.ForeignKey(FeeNotice, models.PROTECT, related_name="payments")
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="payments")
    way = models.CharField(max_length=8, choices=Way)
    transaction = models.CharField("支付流水号或者票据号", max_length=64, unique=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    paid_at = models.DateTimeField()
    receipt_number = models.CharField("收据编号", max_length=80, unique=True)
    is_surplus = models.BooleanField(default=False)  # nothing was owed any more: it goes back
    recorded_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (models.UniqueConstraint(fields=["fee"], condition=Q(is_surplus=False), name="fee_paid_once"),)
        indexes = (
            models.Index(fields=["paid_at"], name="payment_day"),
            models.Index(fields=["id"], condition=Q(is_surplus=True), name="payment_surplus"),
        )

    def __str__(self) -> str:
        return self.receipt_number


class Refund(BaseModel):
    """A payment that goes back, whole: one proposes, another approves, the platform is asked until it has done it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        APPROVED = "approved", "退款中"
        DONE = "done", "已退款"
        REJECTED = "rejected", "没有批准"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    number = models.CharField("退款单号", max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(fields=["payment"], condition=~Q(state="rejected"), name="one_live_refund"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")), name="refund_two_persons"
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(state="approved"), name="refund_to_send"),)

    def __str__(self) -> str:
        return self.number


class UsedNonce(models.Model):
    """A nonce the platform signed with: the same message is taken once."""

    nonce = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.nonce


class Reconciliation(BaseModel):
    """对账: one day of the platform's statement against the payments and refunds recorded here."""

    day = models.DateField(unique=True)
    matched = models.PositiveIntegerField(default=0)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # of what matched, refunds subtracted
    differences = models.JSONField(default=list)  # [{kind, transaction, order, ours, theirs, department}]

    class Meta:
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return str(self.day)
