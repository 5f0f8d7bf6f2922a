"""What a version is made of: legal bases, situations, materials, fees, questions and the review route."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from certificates.models import CertificateType
from common.models import BaseModel
from identity.models import Department, Post
from services import codes
from services.models.versions import ItemVersion


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
    issuer = models.CharField("颁布机关", max_length=100, blank=True, default="")
    since = models.CharField("实施日期", max_length=10, blank=True, default="")  # ISO; text, as the directory keeps it
    is_inherited = models.BooleanField(default=False)  # from the directory: not changed here

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
    combination = models.CharField("材料组成", max_length=3, choices=codes.Combination, default="any", db_default="any")
    pieces = models.JSONField("组成部分", default=list, db_default=[])  # see services.pieces
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
    is_proof = models.BooleanField("证明事项", default=False)  # 证明: needs a law of its own (国办发〔2020〕42号)
    material_type = models.CharField(max_length=1, choices=codes.MaterialType, blank=True, default="")
    taken_by = models.CharField(max_length=1, choices=codes.TakenBy, blank=True, default="")
    blank_form = models.CharField("空白表格", max_length=256, blank=True, default="")
    sample = models.CharField("示例样表", max_length=256, blank=True, default="")
    source_note = models.CharField("来源渠道说明", max_length=500, blank=True, default="")
    originals = models.PositiveSmallIntegerField("原件份数", default=0)
    copies = models.PositiveSmallIntegerField("复印件份数", default=0)
    paper_format = models.CharField("纸质材料规格", max_length=200, blank=True, default="")
    acceptance = models.CharField("受理标准", max_length=256, blank=True, default="")
    issuer = models.CharField("出具机构", max_length=100, blank=True, default="")
    issuer_time = models.CharField("出具时间要求", max_length=150, blank=True, default="")
    issuer_note = models.CharField("材料办理说明", max_length=500, blank=True, default="")
    issuer_place = models.CharField("材料办理地点", max_length=400, blank=True, default="")
    use_note = models.CharField("材料使用说明", max_length=500, blank=True, default="")

    class Meta(VersionPart.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "key"], name="material_key_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def accepted_ids(self) -> frozenset[UUID]:
        """Types of certificates that stand for it; ``satisfied_by`` is loaded, or their keys came as ``accepted``."""
        accepted: list[UUID] | None = getattr(self, "accepted", None)
        return frozenset(kind.pk for kind in self.satisfied_by.all()) if accepted is None else frozenset(accepted)

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
    kind = models.CharField(max_length=1, choices=codes.FeeKind, blank=True, default="")
    note = models.CharField(max_length=1000, blank=True, default="")
    charging = models.CharField(  # see services.charging
        "网上缴费规则", max_length=2000, blank=True, default="", db_default=""
    )

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
    """One stage of the review route. ``after`` names the stages it waits for; empty: it opens at acceptance.

    ``lead`` names the 联合审查 it takes part in, which opens with it and is concluded after it.
    """

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="route")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # working days
    is_substantive = models.BooleanField(default=False)  # takes two officers (行政许可法第三十四条第三款)
    kind = models.CharField(max_length=12, choices=codes.StageKind, default="review", db_default="review")
    after = models.JSONField("等哪些环节", default=list, db_default=[])
    lead = models.CharField("参加哪个联合审查", max_length=40, blank=True, default="", db_default="")
    assignment = models.CharField(max_length=10, choices=codes.Assignment, default="shared", db_default="shared")
    checklist = models.JSONField("核查清单", default=list, db_default=[])  # lines of a site visit's form

    class Meta(VersionPart.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "key"], name="stage_key_once"),)

    def __str__(self) -> str:
        return self.name
