"""The catalogue: directory entries, their local implementations, versions and what a version asks for."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from certificates.models import CertificateType
from common.models import BaseModel
from identity.models import Department, Post, Region
from services import codes


class DirectoryEntry(BaseModel):
    """基本目录: what the item is, nationally; implementations inherit its basic elements."""

    catalog_code = models.CharField("基本编码", max_length=12, unique=True)
    local_catalog_code = models.CharField("地方基本编码", max_length=50, blank=True, default="")
    name = models.CharField(max_length=1000)
    item_type = models.CharField(max_length=2, choices=codes.ItemType)

    class Meta:
        ordering: ClassVar = ["catalog_code"]
        verbose_name_plural = "directory entries"

    def __str__(self) -> str:
        return self.name


class ServiceItem(BaseModel):
    """实施清单: a department's implementation of a directory entry, or an item known only by its local code."""

    class State(models.TextChoices):
        ACTIVE = "1", "在用"
        PAUSED = "2", "暂停"
        CANCELLED = "3", "取消"

    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, null=True, related_name="items")
    task_code = models.CharField("实施编码", max_length=31, null=True, unique=True)  # noqa: DJ001 unique, absent for legacy
    local_code = models.CharField("地方实施编码", max_length=100, blank=True, default="")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="items")
    department_name = models.CharField(max_length=100)  # as published; the only name while unmatched
    region = models.ForeignKey(Region, models.PROTECT, related_name="items")
    state = models.CharField(max_length=1, choices=State, default=State.ACTIVE)
    item_type = models.CharField(max_length=2, choices=codes.ItemType)
    name = models.CharField(max_length=1000)
    popularity = models.PositiveIntegerField(default=0)
    current = models.ForeignKey("ItemVersion", models.PROTECT, null=True, related_name="+")
    search = SearchVectorField(null=True)

    class Meta:
        ordering: ClassVar = ["-popularity", "name"]
        indexes = (
            GinIndex(fields=["search"], name="item_search", fastupdate=True),
            models.Index(fields=["department", "state"], name="item_department"),
        )
        constraints = (
            models.UniqueConstraint(fields=["local_code"], condition=~Q(local_code=""), name="item_local_code_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The item's code for the world outside: the national one, or the local one of an item that has none."""
        return self.task_code or self.local_code


class ItemVersion(BaseModel):
    """Everything about an item that can change. A running case keeps the version it started on."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        RETIRED = "retired", "已替换"

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("事项版本")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    effective_on = models.DateField(null=True)
    name = models.CharField(max_length=1000)
    summary = models.CharField(max_length=300, blank=True, default="")
    is_applicable_online = models.BooleanField(default=False)  # False: published guide only (a bare imported row)
    audience = models.JSONField(default=list)  # service objects, set C0109
    themes_person = models.JSONField(default=list)
    themes_org = models.JSONField(default=list)
    use_level = models.CharField("行使层级", max_length=11, default="3")
    project_type = models.CharField("办件类型", max_length=1, choices=codes.ProjectType, default="2")
    statutory_days = models.PositiveSmallIntegerField(null=True)
    statutory_unit = models.CharField(max_length=1, choices=codes.TimeUnit, default="W")
    statutory_note = models.CharField(max_length=256, blank=True, default="")
    promise_days = models.PositiveSmallIntegerField(null=True)
    promise_unit = models.CharField(max_length=1, choices=codes.TimeUnit, default="W")
    quantity_limit = models.CharField(max_length=256, blank=True, default="")
    visits = models.PositiveSmallIntegerField(default=0)
    visits_reason = models.CharField(max_length=1000, default="无")
    handle_forms = models.JSONField(default=list)
    online_depth = models.JSONField(default=list)
    handle_area = models.CharField(max_length=1, blank=True, default="")
    assurance_level = models.PositiveSmallIntegerField(default=3)
    # From which age on people of limited capacity apply for themselves, where a law says so; empty: the guardian does.
    open_from_age = models.PositiveSmallIntegerField(null=True)
    conditions = models.JSONField(default=list)
    flow = models.JSONField(default=list)
    steps = models.JSONField(default=list)  # form pages: [{key, title, fields: [FieldSpec]}], see services.forms
    result_kind = models.CharField(max_length=12, choices=codes.ResultKind, default="none")
    result_name = models.CharField(max_length=200, blank=True, default="")
    result_type = models.ForeignKey(CertificateType, models.PROTECT, null=True, related_name="+")
    registers = models.CharField(max_length=2, blank=True, default="")  # USCC prefix of the body a grant creates
    replaces = models.CharField(max_length=8, choices=codes.Replaces, blank=True, default="")
    hall_place = models.CharField(max_length=500, blank=True, default="")
    hall_hours = models.CharField(max_length=500, blank=True, default="")
    consult_phone = models.CharField(max_length=100, blank=True, default="")
    complaint_phone = models.CharField(max_length=100, blank=True, default="")
    synonyms = models.JSONField(default=list)
    source_row = models.JSONField(default=dict)  # national fields without a column of their own, for the way back

    class Meta:
        ordering: ClassVar = ["item_id", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["item", "version"], name="item_version_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(state="published"), name="one_published_version"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class VersionPart(BaseModel):
    """Something that belongs to one version and has an order."""

    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering: ClassVar = ["order"]


class LegalBasis(VersionPart):
    """设定依据."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="legal_bases")
    law = models.CharField(max_length=200)
    article = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=100, blank=True, default="")
    gist = models.CharField(max_length=1000, blank=True, default="")

    class Meta(VersionPart.Meta):
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


class Situation(VersionPart):
    """办理情形: one question; ``options`` is ``[{value, label, when}]`` and ``when`` maps earlier keys to answers."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="situations")
    key = models.SlugField(max_length=40)
    question = models.CharField(max_length=200)
    help = models.CharField(max_length=300, blank=True, default="")
    options = models.JSONField(default=list)
    when = models.JSONField(default=dict)

    class Meta(VersionPart.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "key"], name="situation_key_once"),)

    def __str__(self) -> str:
        return self.question


class MaterialRequirement(VersionPart):
    """申请材料: what an item asks for and what may stand in for it."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="materials")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    need = models.CharField(max_length=1, choices=codes.MaterialNeed, default="1")
    when = models.JSONField(default=dict)
    satisfied_by = models.ManyToManyField(CertificateType, related_name="+")
    proof_of = models.CharField(max_length=14, choices=codes.ProofOf, default="applicant")
    kind = models.SlugField(max_length=60, blank=True, default="")
    fresh_days = models.PositiveSmallIntegerField(null=True)
    promise_text = models.CharField(max_length=500, blank=True, default="")
    promise_check_days = models.PositiveSmallIntegerField(null=True)
    defer_days = models.PositiveSmallIntegerField(null=True)
    source_type = models.CharField(max_length=2, choices=codes.MaterialSource, default="10")
    material_format = models.CharField(max_length=1, choices=codes.MaterialFormat, default="2")
    legal = models.CharField(max_length=256, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta(VersionPart.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "key"], name="material_key_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_self_made(self) -> bool:
        """Whether the applicant makes it (grade D): prepared by them and without an original to compare with."""
        return self.source_type == codes.MaterialSource.APPLICANT and self.fresh_days is None


class FeeItem(VersionPart):
    """收费项目."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="fees")
    name = models.CharField(max_length=200)
    standard = models.CharField(max_length=256)
    basis = models.CharField(max_length=256)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # yuan
    reduction = models.CharField(max_length=256, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class Faq(VersionPart):
    """常见问题."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="faqs")
    question = models.CharField(max_length=1000)
    answer = models.CharField(max_length=2000)

    def __str__(self) -> str:
        return self.question


class ReviewStage(VersionPart):
    """One branch of the review route; the branches of an item run in parallel."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="route")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # working days
    is_substantive = models.BooleanField(default=False)  # takes two officers (行政许可法第三十四条第三款)

    class Meta(VersionPart.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "key"], name="stage_key_once"),)

    def __str__(self) -> str:
        return self.name


class DataElement(BaseModel):
    """数据元: a field of meaning shared by all forms; the base of filling in once."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    max_length = models.PositiveSmallIntegerField(null=True)
    choices = models.JSONField(default=list)
    source = models.CharField(max_length=60, blank=True, default="")  # certificate type key, or identity

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class ImportBatch(BaseModel):
    """One run of ``import_items``: its file, its counts and a report for each row that was not plainly accepted."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    accepted = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list)  # [{row, outcome, code, message, name}]

    class Meta:
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.file_name
