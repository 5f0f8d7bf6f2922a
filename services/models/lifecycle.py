"""What is done to items: operations proposed and reviewed, and which item took whose place."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from services.models.items import ServiceItem
from services.models.review import Reviewed, two_persons
from services.states import OPEN_OPERATIONS, Operation, OperationState


class ItemOperation(Reviewed):
    """One operation on an item (拆分, 合并, 暂停, 恢复, 取消); reviewed by a second person, in force from its day."""

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=8, choices=Operation)
    state = models.CharField(max_length=10, choices=OperationState, default=OperationState.IN_REVIEW)
    effective_on = models.DateField()
    reason = models.CharField(max_length=1000)
    legal_basis = models.CharField(max_length=256, blank=True, default="")
    instead = models.CharField(max_length=500, blank=True, default="")  # what people do instead, for the guide
    successors = models.ManyToManyField(ServiceItem, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(fields=["item"], condition=Q(state__in=OPEN_OPERATIONS), name="one_open_operation"),
            two_persons("submitted_by", "reviewed_by", "operation_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}"


class ItemSuccession(BaseModel):
    """One item took another's place (拆分, 合并); the link stays for ever."""

    former = models.ForeignKey(ServiceItem, models.PROTECT, related_name="succeeded_by")
    successor = models.ForeignKey(ServiceItem, models.PROTECT, related_name="succeeds")
    operation = models.ForeignKey(ItemOperation, models.PROTECT, related_name="successions")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["former", "successor"], name="succession_once"),)

    def __str__(self) -> str:
        return f"{self.former_id} → {self.successor_id}"
