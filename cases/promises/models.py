"""告知承诺 and 容缺 as they were undertaken, what the follow-up check found, and breaches on record."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Party

__all__ = ["Breach", "Undertaking"]


class Undertaking(BaseModel):
    """One material that was promised instead of proved, or is to be handed in later. Its text never changes."""

    class Kind(models.TextChoices):
        PROMISE = "promise", "告知承诺"
        DEFERRED = "deferred", "容缺后补"

    class State(models.TextChoices):
        WAITING = "waiting", "还没到时间"  # a promise before the decision, a deferral before the acceptance
        OPEN = "open", "待核查"
        TRUE = "true", "真实"
        FALSE = "false", "不实"
        SUPPLIED = "supplied", "已补交"
        MISSED = "missed", "未补"
        VOID = "void", "不用再查"  # the case ended without the permit

    material = models.OneToOneField("cases.CaseMaterial", models.PROTECT, related_name="undertaking")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="undertakings")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    text = models.JSONField(default=list)  # the whole text as it was told, in paragraphs
    days = models.PositiveSmallIntegerField()  # working days, from the decision or the acceptance
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    starts_on = models.DateField(null=True)
    due_on = models.DateField(null=True)  # empty while it waits, and while its year has no calendar
    reminded_at = models.DateTimeField(null=True)
    result_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=1000, blank=True, default="")  # how it was checked, and what was found

    class Meta:
        ordering: ClassVar = ["id"]
        indexes = (
            models.Index(fields=["department", "state", "due_on"], name="undertaking_tasks"),
            models.Index(fields=["due_on"], condition=Q(state="open", kind="deferred"), name="undertaking_deferred"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=["true", "false"]) | Q(checked_by__isnull=False, result_at__isnull=False),
                name="undertaking_checked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.state}"


class Breach(BaseModel):
    """A promise that was not true, put on record by two people after the applicant was heard."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "拟认定"
        RECORDED = "recorded", "已认定"
        DROPPED = "dropped", "不予认定"
        REPAIRED = "repaired", "已修复"

    undertaking = models.OneToOneField(Undertaking, models.PROTECT, related_name="breach")
    party = models.ForeignKey(Party, models.PROTECT, related_name="breaches")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    reason = EncryptedTextField()
    basis = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    heard_until = models.DateField()
    statement = EncryptedTextField(default="")  # what the applicant says to it (陈述、申辩)
    stated_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=1000, blank=True, default="")
    ends_on = models.DateField(null=True)  # the last day on which it counts
    repaired_at = models.DateTimeField(null=True)
    repaired_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    repair_note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        verbose_name_plural = "breaches"
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["party", "ends_on"], condition=Q(state="recorded"), name="breach_in_force"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=["recorded", "repaired"])
                | Q(decided_by__isnull=False, decided_at__isnull=False, ends_on__isnull=False),
                name="breach_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="breach_by_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.state}"
