"""What can be issued: certificate types, their versions (each reviewed by a second person), who may do what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Department, Post
from identity.reviewing.records import Reviewed, ReviewStep, two_persons
from identity.reviewing.states import OPEN_VERSIONS, VersionState


class CertificateType(BaseModel):
    """What can be issued (证照类型): its 21-character code, its own fields and its rules.

    ``fields`` is a list of ``{key, label, element, sensitive, kind}``; ``element`` names the data element
    (``person.name`` …) that the field answers with authority. The row says what is in force: :attr:`current`, the
    version that was published last. ``first`` is the version that certificates without one were issued on.
    """

    class HolderKind(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"
        EITHER = "either", "自然人、法人或其他组织"

    class Retention(models.TextChoices):
        PERMANENT = "permanent", "永久"
        THIRTY = "30", "30年"
        TEN = "10", "10年"

    key = models.SlugField(max_length=60, unique=True)
    type_code = models.CharField("证照类型代码", max_length=21, unique=True)
    name = models.CharField(max_length=100)
    definer = models.ForeignKey(Department, models.PROTECT, related_name="+")
    holder_kind = models.CharField(max_length=12, choices=HolderKind)
    validity_months = models.PositiveSmallIntegerField(null=True)
    validity = models.JSONField("有效期规则", default=dict, db_default={})  # see validity.py; empty: by the months
    is_single_instance = models.BooleanField(default=True)
    # The field that tells what the certificate is about (a vehicle, a shop, a child): one for each holder and subject.
    subject_field = models.CharField(max_length=30, blank=True, default="", db_default="")
    number_pattern = models.CharField("编号规则", max_length=80, blank=True, default="", db_default="")  # numbers.py
    retention = models.CharField(
        "保管期限", max_length=10, choices=Retention, default=Retention.PERMANENT, db_default=Retention.PERMANENT
    )
    number_prefix = models.CharField(max_length=10, blank=True, default="")
    template = models.CharField(max_length=20)
    seal_caption = models.CharField(max_length=30)
    fields = models.JSONField(default=list)
    has_sm2_signature = models.BooleanField("国密签名", default=False, db_default=False)  # beside the PAdES one
    current = models.ForeignKey("CertificateTypeVersion", models.PROTECT, null=True, related_name="+", db_index=False)
    first = models.ForeignKey("CertificateTypeVersion", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar = ["type_code"]

    def __str__(self) -> str:
        return self.name


class CertificateTypeVersion(Reviewed):
    """Everything of a type as one person wrote it and another approved it; a published one never changes.

    A type that was never in force has versions only, under its ``key``; ``type`` is set when it is published.
    """

    State = VersionState

    key = models.SlugField(max_length=60)
    type = models.ForeignKey(CertificateType, models.PROTECT, null=True, related_name="versions")
    definer = models.ForeignKey(Department, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    content = models.JSONField(default=dict)  # certificates.types.content.TypeContent
    note = models.CharField(max_length=500, blank=True, default="")  # what changed and why, for the second person
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    effective_on = models.DateField(null=True)  # in force from this day; approved and published_at set: waits for it

    class Meta:
        ordering: ClassVar = ["key", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["key", "version"], name="type_version_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(state="published"), name="one_published_type"),
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=OPEN_VERSIONS), name="one_open_type_version"),
            two_persons("submitted_by", "reviewed_by", "type_version_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class TypeStep(ReviewStep):
    """One step of the history of a type's version."""

    version = models.ForeignKey(CertificateTypeVersion, models.CASCADE, related_name="history")


class TypeDuty(BaseModel):
    """The posts that may do a thing with certificates of a type; without a row: every decider of the department."""

    class Right(models.TextChoices):
        ISSUE = "issue", "签发"
        CHANGE = "change", "变更、更正"
        SUSPEND = "suspend", "暂扣、恢复、注销"
        REVOKE = "revoke", "撤销、吊销"

    type = models.ForeignKey(CertificateType, models.CASCADE, related_name="duties")
    right = models.CharField(max_length=10, choices=Right)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["type", "right", "post"], name="type_duty_once"),)

    def __str__(self) -> str:
        return f"{self.type} {self.right} {self.post}"
