"""基本目录: what there is to do, whoever does it."""

from typing import ClassVar

from django.db import models

from common.models import BaseModel
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
