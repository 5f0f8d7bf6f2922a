"""Everything about an item that can change, version by version."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from certificates.models import CertificateType
from identity.reviewing.states import OPEN_VERSIONS, VersionState
from services import codes
from services.models.directory import DirectoryVersion
from services.models.items import ServiceItem
from services.models.national import NationalElements
from services.models.review import Reviewed, two_persons


class ItemVersion(Reviewed, NationalElements):
    """Everything about an item that can change. A running case keeps the version it started on.

    ``directory_version`` is where its basic elements come from; ``base`` what was in force when it was drafted.
    """

    State = VersionState

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="versions", db_index=False)
    version = models.PositiveIntegerField("事项版本")
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    effective_on = models.DateField(null=True)
    directory_version = models.ForeignKey(DirectoryVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    restored_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
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
    # Of an item of which only so many are granted: in which order, how many, what counts (services.quotas).
    quota_order = models.CharField(max_length=10, choices=codes.QuotaOrder, blank=True, default="", db_default="")
    quota_places = models.PositiveSmallIntegerField(null=True)
    quota_counts = models.CharField(max_length=8, choices=codes.QuotaCount, blank=True, default="", db_default="")
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
    # 届满前多少日提出延续, where a law, regulation or rule says otherwise than thirty (行政许可法第五十条第一款)
    renew_before_days = models.PositiveSmallIntegerField(null=True)
    # 保管期限 of its cases' files where the department's approved table says so; empty: by kind (services.retention)
    retention = models.CharField(max_length=3, choices=codes.Retention, blank=True, default="", db_default="")
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
            models.UniqueConstraint(fields=["item"], condition=Q(state__in=OPEN_VERSIONS), name="one_open_version"),
            two_persons("submitted_by", "reviewed_by", "version_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
