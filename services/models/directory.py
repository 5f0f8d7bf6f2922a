"""基本目录: what there is to do, whoever does it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Department
from identity.reviewing.states import OPEN_VERSIONS, VersionState
from services import codes
from services.models.review import Reviewed, two_persons
from services.states import Standing


class DirectoryEntry(BaseModel):
    """What the item is, nationally; implementations take its basic elements from :attr:`current`.

    An entry that an import made is known by code and name alone: it has no version until somebody describes it.
    """

    catalog_code = models.CharField("基本编码", max_length=12, unique=True)
    local_catalog_code = models.CharField("地方基本编码", max_length=50, blank=True, default="")
    name = models.CharField(max_length=1000)
    item_type = models.CharField(max_length=2, choices=codes.ItemType)
    state = models.CharField(max_length=1, choices=Standing, default=Standing.ACTIVE)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")  # 业务指导部门
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")  # the 主项 of a 子项
    row_guid = models.CharField("记录唯一标识", max_length=50, blank=True, default="")
    row_version = models.PositiveIntegerField(null=True)  # 事项版本 of the row that was last taken
    current = models.ForeignKey("DirectoryVersion", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar = ["catalog_code"]
        verbose_name_plural = "directory entries"

    def __str__(self) -> str:
        return self.name

    @property
    def main(self) -> str:
        """主项, five characters."""
        return self.catalog_code[4:9]

    @property
    def sub(self) -> str:
        """子项, three characters; 000 where the main item has none."""
        return self.catalog_code[9:]


class DirectoryVersion(Reviewed):
    """The basic elements of an entry: name, 设定依据, who may exercise it. Published ones never change."""

    State = VersionState

    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    effective_on = models.DateField(null=True)
    cancel_on = models.DateField(null=True)
    name = models.CharField(max_length=1000)
    use_levels = models.JSONField("行使层级", default=list)  # codes of 行使层级 at which it may be exercised
    legal_bases = models.JSONField("设定依据", default=list)  # [{law, article, kind, number, gist, issuer, since}]
    audience = models.JSONField(default=list)  # service objects, set C0109; empty leaves them to the implementation
    power_content = models.TextField("行使内容", blank=True, default="")
    division = models.CharField("权限划分", max_length=1000, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    # What the entry is from the day this version is in force: pausing it is a version, reviewed as any other.
    standing = models.CharField("事项状态", max_length=1, choices=Standing, default=Standing.ACTIVE)

    class Meta:
        ordering: ClassVar = ["entry_id", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["entry", "version"], name="directory_version_once"),
            models.UniqueConstraint(fields=["entry"], condition=Q(state="published"), name="one_published_directory"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state__in=OPEN_VERSIONS), name="one_open_directory_version"
            ),
            two_persons("submitted_by", "reviewed_by", "directory_version_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
