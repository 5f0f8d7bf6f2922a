"""实施清单: who does it where, and whether it can be asked for now."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Department, Region
from services import codes
from services.models.directory import DirectoryEntry
from services.states import Standing


class ServiceItem(BaseModel):
    """实施清单: a department's implementation of a directory entry, or an item known only by its local code."""

    class State(models.TextChoices):
        ACTIVE = "1", "在用"
        PAUSED = "2", "暂停"
        CANCELLED = "3", "取消"

    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, null=True, related_name="items")
    task_code = models.CharField("实施编码", max_length=31, null=True, unique=True)  # noqa: DJ001 unique, absent for legacy
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="handling_items")
    handle_code = models.CharField("业务办理项编码", max_length=33, null=True, unique=True)  # noqa: DJ001 as above
    local_code = models.CharField("地方实施编码", max_length=100, blank=True, default="")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="items", db_index=False)
    department_name = models.CharField(max_length=100)  # as published; the only name while unmatched
    region = models.ForeignKey(Region, models.PROTECT, related_name="items")
    state = models.CharField(max_length=1, choices=State, default=State.ACTIVE)
    item_type = models.CharField(max_length=2, choices=codes.ItemType)
    name = models.CharField(max_length=1000)
    due_on = models.DateField(null=True)  # when the next version or operation takes effect
    popularity = models.PositiveIntegerField(default=0)
    row_guid = models.CharField("记录唯一标识", max_length=50, null=True)  # noqa: DJ001 unique, absent for what began here
    row_version = models.PositiveIntegerField(null=True)  # 事项版本 of the row that was last taken
    row_digest = models.UUIDField(null=True)  # of that row: the same again changes nothing
    current = models.ForeignKey("ItemVersion", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-popularity", "name"]
        indexes = (
            models.Index(fields=["department", "state"], name="item_department"),
            models.Index(fields=["due_on"], condition=Q(due_on__isnull=False), name="item_due"),
            models.Index(fields=["updated_at", "id"], name="item_updated"),
        )
        constraints = (
            models.UniqueConstraint(fields=["local_code"], condition=~Q(local_code=""), name="item_local_code_once"),
            models.UniqueConstraint(
                fields=["row_guid"], condition=Q(row_guid__isnull=False), name="item_row_guid_once"
            ),
            models.CheckConstraint(
                condition=Q(handle_code__isnull=True) | Q(parent__isnull=False, task_code__isnull=True),
                name="handling_item_has_parent",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The item's code for the world outside: the national one, or the local one of an item that has none."""
        return self.handle_code or self.task_code or self.local_code

    @property
    def address(self) -> str:
        """What names the item in the addresses of its versions: its code, or its id where that fits no address."""
        return self.code if self.code and "/" not in self.code and self.code.isprintable() else str(self.pk)

    @property
    def standing(self) -> Standing:
        """The item's state, with the one before its first publication."""
        return Standing(self.state) if self.current_id or self.state != Standing.ACTIVE else Standing.NEW
