"""Who may act for whom."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import BlindIndexField, EncryptedTextField
from common.models import BaseModel
from identity.models.accounts import Account
from identity.models.parties import Party, Person


class Mandate(BaseModel):
    """委托: one person may act for a party, in a scope, from a day to a day. Its terms never change, only its state.

    ``agent`` is empty while no registered person has both the number and the name that were written: whoever
    gives the mandate sees no difference, so nobody can find out who is registered.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("委托代理人")
        MANAGER = "manager", _("管理员")
        HANDLER = "handler", _("经办人")
        GUARDIAN = "guardian", _("监护人")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待接受")
        ACCEPTED = "accepted", _("已生效")
        DECLINED = "declined", _("已谢绝")
        REVOKED = "revoked", _("已解除")
        ENDED = "ended", _("已结束")

    class Scope(models.TextChoices):
        ALL = "all", _("全部事项")
        ITEMS = "items", _("指定事项")
        CASE = "case", _("一件办件")

    class Proof(models.TextChoices):
        """What proved a guardianship at the counter (民法典第二十七条、第二十八条、第三十一条)."""

        HOUSEHOLD = "household", _("户口簿")
        BIRTH = "birth", _("出生医学证明")
        DESIGNATION = "designation", _("居（村）民委员会或民政部门的指定文书")
        RULING = "ruling", _("法院判决书、裁定书")

    principal = models.ForeignKey(Party, models.PROTECT, related_name="given_mandates")
    agent = models.ForeignKey(Person, models.PROTECT, null=True, related_name="received_mandates")
    agent_name = EncryptedTextField()  # as written by whoever gave it
    agent_index = BlindIndexField()  # of the ID number as written
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    scope = models.CharField(max_length=6, choices=Scope)
    item_codes = ArrayField(models.CharField(max_length=100), default=list)
    case_number = models.CharField(max_length=50, blank=True, default="")
    purpose = models.CharField(max_length=200, blank=True, default="")
    # Whether the agent may open the principal's wallet and locker; what a case needs, it finds there all the same.
    may_use_wallet = models.BooleanField(default=False, db_default=False)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day; 9999-12-31 for a guardianship that only a ruling ends
    proof = models.CharField(max_length=12, choices=Proof, blank=True, default="", db_default="")  # of a guardianship
    proof_number = EncryptedTextField(null=True)  # of the document or ruling, where it has one
    # The one that ends once this is accepted; found by the partial index below.
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="renewals", db_index=False)
    # The legal representative when an organisation gave it: under another one it no longer counts.
    representative = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)  # declined, revoked or ended
    recorded_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # the clerk at the counter
    original_id = models.CharField(max_length=64, blank=True, default="")  # the scanned original, in the locker
    expiry_told_days = models.PositiveSmallIntegerField(null=True)  # the last reminder before its end: 30, 7 or 1
    answer_asked_at = models.DateTimeField(null=True)  # the reminder that nobody has answered

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(fields=["agent", "state"], name="mandate_agent"),
            models.Index(fields=["principal", "-id"], name="mandate_principal"),
            models.Index(fields=["state", "ends_on"], name="mandate_due"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["principal", "agent_index"],
                condition=Q(state="accepted") | Q(state="proposed", renews__isnull=True),
                name="one_live_mandate_or_offer",
            ),
            models.UniqueConstraint(
                fields=["renews"], condition=Q(state="proposed"), name="one_open_renewal_per_mandate"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="mandate_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(agent__isnull=False), name="accepted_mandate_has_agent"
            ),
        ]

    def __str__(self) -> str:
        return f"mandate {self.pk}"


class CapacityRecord(BaseModel):
    """行为能力: what a court or the counter found about a person whose age alone says something else.

    One that is open (``ended_at`` empty) counts. Adults are without or of limited capacity only by a court's ruling
    (民法典第二十四条); somebody of sixteen or more who lives on their own income counts as of full capacity (第十八条).
    """

    class Grade(models.TextChoices):
        NONE = "none", _("无民事行为能力")
        LIMITED = "limited", _("限制民事行为能力")
        FULL = "full", _("完全民事行为能力")

    person = models.ForeignKey(Person, models.PROTECT, related_name="capacity_records")
    grade = models.CharField(max_length=8, choices=Grade)
    reference = EncryptedTextField()  # the ruling's number, or what proved the income
    original_id = models.CharField(max_length=64, blank=True, default="")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="one_open_capacity_record"
            ),
        ]

    def __str__(self) -> str:
        return f"capacity {self.pk}"
