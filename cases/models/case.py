"""Cases: one application for one item version, its evidence, review, notices, clock and history."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from cases.lists.ordering import ORDERS
from cases.states import OPEN_STATES, Outcome, State
from certificates.models import Certificate, Document, Grant
from common.fields import EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Party, Person, Post
from services.models import ItemVersion, MaterialRequirement, ReviewStage, ServiceItem
from services.pieces import full_name

if TYPE_CHECKING:
    from cases.promises.models import Undertaking

# The orders of the lists of open cases: cases.lists.ordering.
_OPEN = sorted(OPEN_STATES)
_RUNNING = [State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED]
_URGENT = (*ORDERS["urgent"].keys, "id")
_STATUTE = (*ORDERS["statute"].keys, "id")


class Case(BaseModel):
    """办件. ``version`` counts changes: a form that carries an older number is stale."""

    number = models.CharField("办件编号", max_length=50, null=True, unique=True)  # noqa: DJ001 unique, none while a draft
    version = models.PositiveIntegerField(default=1)
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="cases")
    item_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="cases")
    department = models.ForeignKey(Department, models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Party, models.PROTECT, related_name="cases")
    agent = models.ForeignKey(Person, models.PROTECT, related_name="handled_cases")  # who fills it in
    agent_account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    situation = models.JSONField(default=dict)  # {question key: chosen value}
    answers = EncryptedJSONField(default=dict)  # {field key: {value, source, label, at, changed}}
    use_prefill = models.BooleanField(default=True)
    submitted_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)  # the day the material was received
    accepted_at = models.DateTimeField(null=True)
    accepted_on = models.DateField(null=True)  # the clock starts on the next working day
    is_deemed_accepted = models.BooleanField(default=False)
    # The last day of the licence whose renewal was asked for in time, and whether it ended undecided: cases.renewing
    renewal_ends_on = models.DateField(null=True)
    is_deemed_renewed = models.BooleanField(default=False, db_default=False)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)  # sealed for the archive
    promise_due_on = models.DateField(null=True)
    statutory_due_on = models.DateField(null=True)
    refusal_reason = models.CharField(max_length=2000, blank=True, default="")
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="source_cases")
    to_come: "tuple[Undertaking, ...]" = ()  # what an acceptance lets come later (容缺); told by its notice, not stored

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(fields=["applicant", "-id"], name="case_applicant"),
            models.Index(fields=["department", "state", "promise_due_on"], name="case_worklist"),
            models.Index(fields=["state", "received_on"], name="case_waiting"),
            models.Index(fields=["department", "-id"], condition=~Q(state=State.DRAFT), name="case_newest"),
            models.Index(fields=["department", "state", "-id"], name="case_of_state"),
            models.Index("department", *_URGENT, condition=Q(state__in=_OPEN), name="case_urgent"),
            models.Index("department", *_STATUTE, condition=Q(state__in=_OPEN), name="case_statute"),
            models.Index(fields=["item_version", "-id"], condition=~Q(state=State.DRAFT), name="case_of_item"),
            models.Index(
                fields=["id"], condition=Q(closed_at__isnull=False, archived_at__isnull=True), name="case_to_seal"
            ),
            models.Index(
                fields=["renewal_ends_on"],
                condition=Q(state__in=_RUNNING, renewal_ends_on__isnull=False),
                name="case_renewal_ends",
            ),
            models.Index(fields=["department", "-id"], condition=Q(is_deemed_renewed=True), name="case_deemed_renewed"),
            # Over all departments: of a reviewer's cases in others, each is looked up until a page is full.
            models.Index(*_URGENT, condition=Q(state__in=_OPEN), name="case_open_urgent"),
            models.Index(*_STATUTE, condition=Q(state__in=_OPEN), name="case_open_statute"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(number__isnull=False), name="submitted_case_has_number"
            ),
            models.CheckConstraint(condition=~Q(state=State.DECIDED) | ~Q(outcome=""), name="decided_case_has_outcome"),
        )

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"


class CaseMaterial(BaseModel):
    """What stands for one required material in one case, and why it does."""

    class Way(models.TextChoices):
        CERTIFICATE = "certificate", "免提交"
        VERIFIED = "verified", "已核验"
        EARLIER = "earlier", "用上次的"
        PROMISE = "promise", "告知承诺"
        DEFERRED = "deferred", "容缺后补"
        UPLOAD = "upload", "已上传"
        MISSING = "missing", "待提交"

    case = models.ForeignKey(Case, models.PROTECT, related_name="materials")
    requirement = models.ForeignKey(MaterialRequirement, models.PROTECT, related_name="+")
    piece = models.CharField(max_length=40, blank=True, default="", db_default="")  # of a material in several pieces
    way = models.CharField(max_length=12, choices=Way, default=Way.MISSING)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="case_uses")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="case_uses")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")
    passed_over = models.JSONField(default=list, db_default=[])  # [{cause, words}]: what was held and does not count
    chosen_by_applicant = models.BooleanField(default=False)  # kept when the draft is resolved again
    original_seen_at = models.DateTimeField(null=True)
    original_seen_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    correction = models.CharField(max_length=500, blank=True, default="")  # what the one-off notice asks for it

    class Meta:
        ordering: ClassVar = ["requirement__order", "id"]
        constraints = (
            models.UniqueConstraint(fields=["case", "requirement", "piece"], name="case_material_piece_once"),
        )
        indexes = (models.Index(fields=["certificate"], name="case_material_certificate"),)

    def __str__(self) -> str:
        return f"{self.case} {self.requirement}"

    @property
    def name(self) -> str:
        """What is handed in, in words: the material, or a piece of it."""
        return full_name(self.requirement, self.piece)


class Branch(BaseModel):
    """One department's review of one case, from the day it opened: at acceptance, or when its turn came."""

    class State(models.TextChoices):
        WAITING = "waiting", "等前一环节"
        OPEN = "open", "审查中"
        AGREED = "agreed", "同意"
        OPPOSED = "opposed", "不同意"

    case = models.ForeignKey(Case, models.PROTECT, related_name="branches")
    stage = models.ForeignKey(ReviewStage, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="branches")
    post = models.ForeignKey(Post, models.PROTECT, related_name="branches")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    assignee = models.ForeignKey(Account, models.PROTECT, null=True, db_index=False, related_name="+")
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False, related_name="+")
    opinion = models.CharField(max_length=1000, blank=True, default="")
    reviewer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    second_officer = models.CharField(max_length=60, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["stage__order"]
        verbose_name_plural = "branches"
        constraints = (models.UniqueConstraint(fields=["case", "stage"], name="branch_once"),)
        indexes = (
            models.Index(fields=["department", "state"], name="branch_worklist"),
            models.Index(
                fields=["due_on"], condition=Q(state="open", escalated_at__isnull=True), name="branch_to_escalate"
            ),
            models.Index(fields=["department", "case"], name="branch_department_case"),
            models.Index(fields=["post", "case"], condition=Q(state="open"), name="branch_open_of_post"),
            models.Index(fields=["case"], condition=Q(state="open"), name="branch_open_of_case"),
            models.Index(
                fields=["escalated_to", "case"],
                condition=Q(state="open", escalated_to__isnull=False),
                name="branch_brought_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.stage}"


class Notice(BaseModel):
    """A numbered official document of a case; its PDF is made in the background and sealed."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "收件回执"
        ACCEPTANCE = "acceptance", "受理通知书"
        CORRECTION = "correction", "申请材料补正告知书"
        NOT_ACCEPTED = "not_accepted", "不予受理决定书"
        NOT_REQUIRED = "not_required", "不受理告知书"
        APPROVAL = "approval", "准予决定书"
        REFUSAL = "refusal", "不予决定书"
        SPECIAL = "special", "特别程序审查期限告知书"
        EXTENSION = "extension", "延长办理期限通知书"
        TERMINATION = "termination", "终止办理通知书"
        FEE = "fee", "缴费通知书"
        BREACH_HEARING = "breach_hearing", "拟认定承诺不实告知书"
        BREACH = "breach", "承诺不实认定书"
        DEEMED_RENEWAL = "deemed_renewal", "视为准予延续通知书"
        HEARING_RIGHT = "hearing_right", "听证权利告知书"
        HEARING = "hearing", "听证通知书"

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=14, choices=Kind)
    number = models.CharField("文书编号", max_length=80, unique=True)
    is_repeated = models.BooleanField(default=False, db_default=False)  # the second notice of corrections
    issued_on = models.DateField()
    content = EncryptedJSONField(default=dict)  # the facts printed, frozen: see cases.notices
    file = models.FileField(upload_to="notices/%Y/%m", blank=True)
    read_at = models.DateTimeField(null=True)  # proof of electronic delivery

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.UniqueConstraint(
                fields=["case", "kind", "is_repeated"],
                condition=Q(kind__in=["acceptance", "correction", "not_accepted", "approval", "refusal", "extension"]),
                name="notice_once_and_again",
            ),
        )
        indexes = (
            models.Index(fields=["created_at"], condition=Q(file=""), name="notice_without_file"),
            models.Index(
                fields=["issued_on"], condition=Q(read_at__isnull=True) & ~Q(kind="receipt"), name="notice_unread"
            ),
        )

    def __str__(self) -> str:
        return self.number


class SpecialProcedure(BaseModel):
    """特别程序 (行政许可法第四十五条): time that does not count, told to the applicant in writing."""

    class Kind(models.TextChoices):
        HEARING = "hearing", "听证"
        TENDER = "tender", "招标"
        AUCTION = "auction", "拍卖"
        INSPECTION = "inspection", "检验"
        TESTING = "testing", "检测"
        QUARANTINE = "quarantine", "检疫"
        APPRAISAL = "appraisal", "鉴定"
        EXPERT_REVIEW = "expert_review", "专家评审"

    case = models.ForeignKey(Case, models.PROTECT, related_name="special_procedures")
    kind = models.CharField(max_length=14, choices=Kind)
    reason = models.CharField(max_length=2000)
    legal_basis = models.CharField(max_length=200)
    days_needed = models.PositiveSmallIntegerField()  # working days, as told to the applicant
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    result = models.CharField(max_length=2000, blank=True, default="")
    started_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case"], condition=Q(ends_on__isnull=True), name="one_open_special"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="special_dates_ordered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.kind}"


class Extension(BaseModel):
    """延长期限, once: 10 working days, or 15 for joint handling (行政许可法第四十二条)."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="extension")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=2000)
    legal_basis = models.CharField(max_length=200)
    approved_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(days__in=[10, 15]), name="extension_ten_or_fifteen"),)

    def __str__(self) -> str:
        return f"{self.case} +{self.days}"


class CaseEvent(BaseModel):
    """History: every move of a case, in plain words for the timeline."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    action = models.CharField(max_length=30)
    from_state = models.CharField(max_length=14, blank=True)
    to_state = models.CharField(max_length=14)
    actor = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    actor_label = EncryptedTextField()
    note = EncryptedTextField(default="")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.case} {self.action}"


class Flag(BaseModel):
    """Something about a case's evidence changed after it was relied on."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="flags")
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="flags")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="flags")
    state = models.CharField(max_length=12)  # the certificate's state that raised it, "changed", or "disputed"
    message = models.CharField(max_length=300)
    resolved_at = models.DateTimeField(null=True)
    # The task of its reviewer: looked into, and with what result. What is not valid blocks the approval all the same.
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    handled_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(
                fields=["created_at"],
                condition=Q(resolved_at__isnull=True, handled_at__isnull=True),
                name="flag_to_handle",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["case", "certificate"],
                condition=Q(resolved_at__isnull=True) & ~Q(state="changed"),
                name="one_open_flag_by_state",
            ),
            models.UniqueConstraint(
                fields=["case", "certificate"],
                condition=Q(resolved_at__isnull=True, state="changed"),
                name="one_open_flag_by_change",
            ),
            models.UniqueConstraint(
                fields=["case", "document"], condition=Q(resolved_at__isnull=True), name="one_open_document_flag"
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, document__isnull=True)
                | Q(certificate__isnull=True, document__isnull=False),
                name="flag_one_proof",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True) | (Q(handled_by__isnull=False) & ~Q(note="")),
                name="flag_handled_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.message}"
