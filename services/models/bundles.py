"""一件事 (联办事项): items that belong to one event of life, version by version."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Department, Region
from identity.reviewing.states import OPEN_VERSIONS, VersionState
from services.bundles.codes import LifeEvent, Side
from services.models.directory import DirectoryEntry
from services.models.review import Reviewed, two_persons
from services.states import Standing


class Bundle(BaseModel):
    """One 一件事 of a region; what it says stands in :attr:`current`.

    ``seen`` holds which version of each member item the editors last compared their mapping with, and ``findings``
    what the last check found.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")  # 牵头部门
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)  # when the next version takes effect
    current = models.ForeignKey("BundleVersion", models.PROTECT, null=True, related_name="+", db_index=False)
    seen = models.JSONField(default=dict)  # {id of the directory entry: {"item": id, "version": number}}
    findings = models.JSONField(default=list)  # [{code, where, params}]
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        """Whether it was ever published; when it ends, its version says."""
        return Standing.ACTIVE if self.current_id else Standing.NEW


class BundleVersion(Reviewed):
    """What a bundle says and asks. Published ones never change.

    ``questions`` is ``[{key, question, help, options: [{value, label, when}], when}]`` as of an item's situations.
    """

    State = VersionState

    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    effective_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # from this day on it is offered no longer
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    restored_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=300, blank=True, default="")
    side = models.CharField(max_length=6, choices=Side, default=Side.PERSON)
    life_event = models.CharField(max_length=12, choices=LifeEvent, default=LifeEvent.LIVING)
    synonyms = models.JSONField(default=list)
    legal_bases = models.JSONField(default=list)  # [{law, article, kind, number, gist}]
    questions = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["bundle_id", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["bundle", "version"], name="bundle_version_once"),
            models.UniqueConstraint(fields=["bundle"], condition=Q(state="published"), name="one_published_bundle"),
            models.UniqueConstraint(
                fields=["bundle"], condition=Q(state__in=OPEN_VERSIONS), name="one_open_bundle_version"
            ),
            two_persons("submitted_by", "reviewed_by", "bundle_version_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class BundleMember(BaseModel):
    """One item of a bundle, named by its directory entry: which implementation it is, the region decides.

    ``answers`` says how the item's questions are answered: ``{item question: {"value": v}}`` always the same, or
    ``{item question: {"question": q, "values": {bundle answer: item answer}}}``. ``after``: members it waits for.
    """

    version = models.ForeignKey(BundleVersion, models.CASCADE, related_name="members")
    order = models.PositiveSmallIntegerField(default=0)
    key = models.SlugField(max_length=40)
    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, related_name="bundle_members")
    when = models.JSONField(default=dict)
    after = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (
            models.UniqueConstraint(fields=["version", "key"], name="bundle_member_key_once"),
            models.UniqueConstraint(fields=["version", "entry"], name="bundle_entry_once"),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {self.key}"
