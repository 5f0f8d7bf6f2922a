"""Hearings and expert reviews of a case: who takes part, what they said, and what stands in the record."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Case, Notice, SpecialProcedure
from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account


class Hearing(BaseModel):
    """听证 (行政许可法第四十六条至第四十八条), from the right that is told to the signed record."""

    class State(models.TextChoices):
        TOLD = "told", "已告知听证权利"
        ASKED = "asked", "申请人要求听证"
        WAIVED = "waived", "申请人放弃听证"
        SCHEDULED = "scheduled", "等待听证"
        RECORDED = "recorded", "笔录待确认"
        HELD = "held", "听证完毕"
        CANCELLED = "cancelled", "没有举行"

    class Origin(models.TextChoices):
        ONLINE = "online", "申请人在网上申请"
        PAPER = "paper", "书面申请"
        OFFICE = "office", "行政机关依职权举行"

    case = models.ForeignKey(Case, models.PROTECT, related_name="hearings")
    state = models.CharField(max_length=10, choices=State, default=State.TOLD)
    told_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    right_notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    reason = EncryptedTextField(default="")  # which great interest is at stake
    origin = models.CharField(max_length=8, choices=Origin, blank=True, default="")
    asked_on = models.DateField(null=True)
    asked_text = EncryptedTextField(default="")
    starts_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=200, blank=True, default="")
    chair = EncryptedTextField(default="")
    is_public = models.BooleanField(default=True)
    closed_reason = EncryptedTextField(default="")  # why it is not public
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")  # the last one of the date
    procedure = models.ForeignKey(SpecialProcedure, models.PROTECT, null=True, related_name="hearings")
    held_on = models.DateField(null=True)
    record = EncryptedTextField(default="")
    recorder = EncryptedTextField(default="")
    result = EncryptedTextField(default="")  # what the decision rests on; or why it was not held

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["told", "asked", "scheduled", "recorded"]),
                name="one_open_hearing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["scheduled", "recorded", "held"]) | Q(starts_at__isnull=False),
                name="scheduled_hearing_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class HearingParticipant(BaseModel):
    """Who was at a hearing, and whether they stand for the record: signed on paper, confirmed online, or refused."""

    class Role(models.TextChoices):
        CHAIR = "chair", "主持人"
        RECORDER = "recorder", "记录员"
        REVIEWER = "reviewer", "审查人员"
        APPLICANT = "applicant", "申请人"
        PARTY = "party", "利害关系人"
        OTHER = "other", "其他参加人"

    class Way(models.TextChoices):
        WAITING = "", "待确认"
        PAPER = "paper", "已签名"
        ONLINE = "online", "网上确认"
        REFUSED = "refused", "拒绝签名"

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="participants")
    order = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    name = EncryptedTextField()
    way = models.CharField(max_length=8, choices=Way, blank=True, default=Way.WAITING)
    note = EncryptedTextField(default="")  # why they refused; the recorder writes it down
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (models.UniqueConstraint(fields=["hearing", "order"], name="hearing_participant_order"),)

    def __str__(self) -> str:
        return f"{self.hearing_id} {self.order}"


class ExpertReview(BaseModel):
    """专家评审: named experts judge a question; the time of it does not count (第四十五条)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="expert_reviews")
    procedure = models.OneToOneField(SpecialProcedure, models.PROTECT, related_name="expert_review")
    started_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    organiser = EncryptedTextField()
    question = EncryptedTextField()
    summary = EncryptedTextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"


class Expert(BaseModel):
    """One expert: whether an interest keeps them from judging, and what they judged."""

    class Conflict(models.TextChoices):
        UNKNOWN = "", "还没有声明"
        NONE = "none", "没有利害关系"
        SOME = "some", "有利害关系，回避"

    class Stance(models.TextChoices):
        PASS = "pass", "通过"
        AMEND = "amend", "修改后通过"
        REJECT = "reject", "不通过"

    review = models.ForeignKey(ExpertReview, models.PROTECT, related_name="experts")
    order = models.PositiveSmallIntegerField()
    name = EncryptedTextField()
    organisation = models.CharField(max_length=100, blank=True, default="")
    speciality = models.CharField(max_length=100, blank=True, default="")
    conflict = models.CharField(max_length=4, choices=Conflict, blank=True, default=Conflict.UNKNOWN)
    conflict_note = EncryptedTextField(default="")
    stance = models.CharField(max_length=6, choices=Stance, blank=True, default="")
    opinion = EncryptedTextField(default="")
    written_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (
            models.UniqueConstraint(fields=["review", "order"], name="expert_order"),
            models.CheckConstraint(condition=Q(stance="") | Q(conflict="none"), name="expert_judges_without_interest"),
        )

    def __str__(self) -> str:
        return f"{self.review_id} {self.order}"
