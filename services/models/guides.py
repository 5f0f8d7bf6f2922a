"""What stands beside an item's text on its guide: files to take home, and the windows where it is done."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Hall
from services.models.items import ServiceItem
from services.models.versions import ItemVersion


class VersionFile(BaseModel):
    """A blank form or sample of a material, or a sample of the result, as one version of the item shows it.

    Versions that say the same share the stored bytes; those of a published version are never erased.
    """

    class Kind(models.TextChoices):
        BLANK = "blank", "空白表格"
        SAMPLE = "sample", "示例样表"
        RESULT = "result", "结果样本"

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=6, choices=Kind)
    material_key = models.SlugField(max_length=60, blank=True, default="", db_index=False)  # empty: of the result
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="item-files/%Y/%m")
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="result", material_key="") | (~Q(kind="result") & ~Q(material_key="")),
                name="version_file_belongs_somewhere",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ItemWindow(BaseModel):
    """A hall where an item is done, and the window there. Today's arrangement: it needs no new version."""

    item = models.ForeignKey(ServiceItem, models.CASCADE, related_name="windows")
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="windows")
    window = models.CharField(max_length=100, blank=True, default="")  # 二楼 A12—A15
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints = (models.UniqueConstraint(fields=["item", "hall"], name="item_in_hall_once"),)

    def __str__(self) -> str:
        return f"{self.hall_id} {self.window}"
