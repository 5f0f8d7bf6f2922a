"""Proof: certificate types, certificates, documents in the locker, grants and their use."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from certificates.stock_models import StockImport, WaitingStock
from certificates.trays import models as _trays  # noqa: F401  they are this room's too
from certificates.type_models import CertificateType, CertificateTypeVersion, TypeDuty, TypeStep
from certificates.wallet import models as wallet_models  # noqa: F401 (tables of this room that stand apart)
from common.fields import EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Party, Post

__all__ = ("CertificateType", "CertificateTypeVersion", "StockImport", "TypeDuty", "TypeStep", "WaitingStock")


class Certificate(BaseModel):
    """One issued proof (电子证照). It is valid in the register from its issue; the file follows."""

    class State(models.TextChoices):
        VALID = "valid", "有效"
        SUSPENDED = "suspended", "暂扣"
        CANCELLED = "cancelled", "已注销"
        EXPIRED = "expired", "已过期"
        ANNULLED = "annulled", "已撤销"
        REVOKED = "revoked", "已吊销"

    class FileState(models.TextChoices):
        PENDING = "pending", "生成中"
        READY = "ready", "已签章"
        LAZY = "lazy", "首次查看时生成"  # existing stock: a file is made when somebody looks

    identifier = models.CharField("证照标识", max_length=160, unique=True)
    type = models.ForeignKey(CertificateType, models.PROTECT, related_name="certificates")
    # What it is printed by, now and again; none: the type's first version (certificates from before there were any).
    type_version = models.ForeignKey(
        CertificateTypeVersion, models.PROTECT, null=True, related_name="+", db_index=False
    )
    number = models.CharField("证照编号", max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    holder = models.ForeignKey(Party, models.PROTECT, related_name="certificates", db_index=False)
    issuer = models.ForeignKey(Department, models.PROTECT, related_name="issued_certificates")
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")  # 关联证照标识
    subject_index = models.CharField(max_length=64, blank=True, default="", db_default="")  # keyed hash, may be a child
    face = EncryptedJSONField()  # {field key: value} of the type's own fields
    case_number = models.CharField(max_length=50, blank=True, default="")  # the case it came from, as text
    verify_code = models.CharField(max_length=32, unique=True)  # the short address of verification; not guessable
    qr_token = models.TextField(blank=True, default="", db_default="")  # what its QR code carries, as printed
    file = models.FileField(upload_to="certificates/%Y/%m", blank=True)
    file_state = models.CharField(max_length=10, choices=FileState, default=FileState.PENDING)
    file_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-issued_on", "-id"]
        indexes = (
            # What somebody holds; with what a choice needs beside it, so that the rows themselves are not read.
            models.Index(
                fields=["holder", "type", "state"],
                include=["id", "issuer", "issued_on", "valid_from", "valid_until"],
                name="certificate_held",
            ),
            models.Index(fields=["number"], name="certificate_number"),  # what anybody verifies by
            models.Index(fields=["created_at"], condition=Q(file_state="pending"), name="certificate_without_file"),
            models.Index(fields=["file_sha256"], condition=~Q(file_sha256=""), name="certificate_file_hash"),
            models.Index(fields=["valid_until"], condition=Q(state="valid"), name="certificate_ends"),
        )
        constraints = (
            models.UniqueConstraint(fields=["type", "issuer", "number", "version"], name="certificate_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="certificate_validity_ordered",
            ),
        )

    def __str__(self) -> str:
        return self.identifier


class CertificateOperation(BaseModel):
    """One operation on a certificate's state: who, when, why, on what basis."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="operations")
    operation = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    legal_basis = models.CharField(max_length=200)
    ground = models.CharField(max_length=20, blank=True, default="", db_default="")  # see states.GROUNDS
    decision_number = models.CharField("决定文号", max_length=60, blank=True, default="", db_default="")
    actor = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # the second person

    class Meta:
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return f"{self.certificate} {self.operation}"


class StateProposal(BaseModel):
    """An annulment or a revocation that one person proposes and another decides."""

    class State(models.TextChoices):
        IN_REVIEW = "in_review", "待审核"
        APPROVED = "approved", "审核通过"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="proposals")
    operation = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=State, default=State.IN_REVIEW)
    ground = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    legal_basis = models.CharField(max_length=200)
    decision_number = models.CharField(max_length=60)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Whom the proposer stood in for: their own hand in it.
    proposed_for = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints = (
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="in_review"), name="state_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("proposed_by"))),
                name="state_proposal_two_persons",
            ),
        )

    def __str__(self) -> str:
        return f"{self.certificate} {self.operation} {self.state}"


class TokenKey(BaseModel):
    """A published key that proves tokens of one issuer address; it stays when another follows it."""

    kid = models.CharField(max_length=8)
    issuer = models.CharField(max_length=200)
    jwk = models.JSONField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kid", "issuer"], name="token_key_once"),)

    def __str__(self) -> str:
        return self.kid


class StatusEntry(BaseModel):
    """A certificate's place in a status list, drawn by lot."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="status_entry")
    list_number = models.PositiveIntegerField()
    place = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["list_number", "place"], name="status_place_once"),)

    def __str__(self) -> str:
        return f"{self.list_number}#{self.place}"


class Sm2Signature(BaseModel):
    """The SM2/SM3 signature over a certificate's file, kept beside it."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="sm2_signature")
    signature = models.BinaryField()  # DER of (r, s)
    chain = models.TextField()  # PEM, the signer's certificate first

    def __str__(self) -> str:
        return str(self.certificate)


class Document(BaseModel):
    """A file in a party's locker (材料库), with its trust grade (A–D, 国办函〔2016〕108号)."""

    class Grade(models.TextChoices):
        B = "B", "已与原件核对"
        C = "C", "本人上传"
        D = "D", "本人制作"

    class Source(models.TextChoices):
        UPLOAD = "upload", "本人上传"
        COUNTER = "counter", "窗口扫描"

    class Scan(models.TextChoices):
        CLEAN = "clean", "已检查"
        WAITING = "waiting", "正在检查"

    owner = models.ForeignKey(Party, models.PROTECT, related_name="documents")
    kind = models.SlugField(max_length=60)  # shared over items, so that a verified copy is found again
    name = models.CharField(max_length=200)
    grade = models.CharField(max_length=1, choices=Grade)
    file = models.FileField(upload_to="locker/%Y/%m")
    file_name = EncryptedTextField()
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(default=1, db_default=1)
    source = models.CharField(max_length=8, choices=Source, default=Source.UPLOAD, db_default=Source.UPLOAD)
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.CLEAN, db_default=Scan.CLEAN)  # for viruses
    uploaded_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    verified_department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    verified_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    disputed_at = models.DateTimeField(null=True)  # its verdict is in doubt until somebody compares it again
    removed_at = models.DateTimeField(null=True)  # hidden from the owner's locker; cases that use it keep it
    erased_at = models.DateTimeField(null=True)  # the file is gone; the row says what it was and when it went

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes = (
            models.Index(fields=["owner", "kind", "-created_at"], name="document_owner_kind"),
            models.Index(fields=["file"], name="document_file"),  # how many rows stand on one file
            models.Index(fields=["removed_at"], condition=Q(erased_at__isnull=True), name="document_to_erase"),
            models.Index(fields=["created_at"], condition=Q(scan="waiting"), name="document_to_scan"),
            models.Index(fields=["disputed_at"], condition=Q(disputed_at__isnull=False), name="document_disputed"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(grade="B") | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="grade_b_names_its_verifier",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.grade})"


class Verdict(BaseModel):
    """What somebody on duty found when comparing a document, in which post; the rows stay as they were made."""

    class Outcome(models.TextChoices):
        MATCHED = "matched", "与原件一致"
        DISPUTED = "disputed", "有异议"

    class Method(models.TextChoices):
        ORIGINAL = "original", "当面核对原件"
        REVIEW = "review", "审查时发现"

    document = models.ForeignKey(Document, models.CASCADE, related_name="verdicts")  # erased together
    outcome = models.CharField(max_length=8, choices=Outcome)
    method = models.CharField(max_length=8, choices=Method)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")  # of a dispute
    sha256 = models.CharField(max_length=64)  # of the content that was looked at

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints = (
            models.CheckConstraint(condition=~Q(outcome="disputed") | ~Q(reason=""), name="dispute_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.outcome}"


class Grant(BaseModel):
    """The right of one case to use one proof (用证授权), for one purpose, until it closes."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="grants")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="grants")
    case_number = models.CharField(max_length=50)
    purpose = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=200)
    granted_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["case_number"], name="grant_case"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, document__isnull=True)
                | Q(certificate__isnull=True, document__isnull=False),
                name="grant_one_proof",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_number} {self.purpose}"


class Disclosure(BaseModel):
    """One use of a proof (用证记录): what the holder reads in the use log."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="disclosures")
    actor = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # none: was not signed in
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    operation = models.CharField(max_length=10)  # view, data, file, export, show
    result = models.CharField(max_length=20)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.grant} {self.operation}"
