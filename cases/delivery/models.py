"""How the result of a case is handed over, and the proof that it was."""

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from common.fields import BlindIndexField
from common.models import BaseModel
from identity.models import Account, Department, Person


class Delivery(BaseModel):
    """送达 of one case that is more than electronic; a case without a row is delivered electronically only."""

    class Way(models.TextChoices):
        ELECTRONIC = "electronic", "只要电子的"
        PICK_UP = "pick_up", "到大厅领取"

    class State(models.TextChoices):
        CHOSEN = "chosen", "等结果"
        READY = "ready", "待发放"
        HANDED_OUT = "handed_out", "已领取"
        ENDED = "ended", "不用领了"  # the case ended without a result

    case = models.OneToOneField(Case, models.CASCADE, related_name="delivery")  # a draft may go
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")  # whose counter hands it out
    way = models.CharField(max_length=10, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.CHOSEN)
    ready_at = models.DateTimeField(null=True)
    code_index = BlindIndexField(null=True)  # of the pick-up code in force; the code itself is nowhere
    code_made_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)  # 送达日期
    handed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    receiver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=["department", "ready_at"], condition=Q(state="ready"), name="delivery_to_hand_out"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["code_index"], condition=Q(code_index__isnull=False), name="pick_up_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_out")
                | Q(handed_at__isnull=False, handed_by__isnull=False, receiver__isnull=False),
                name="handed_out_to_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.way} {self.state}"
