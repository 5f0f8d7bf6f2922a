"""The applicant's signature under an application."""

from typing import TYPE_CHECKING

from django.db import models

from common.fields import EncryptedJSONField
from common.models import BaseModel
from identity.models import Account, Mandate

if TYPE_CHECKING:
    from cases.models.case import CaseMaterial

__all__ = ["Signature"]


class Signature(BaseModel):
    """What was declared and signed, by whom, when and how it was proved; ``digest`` is over ``content``.

    A correction is signed anew: ``follows`` is then the digest of what it replaces.
    """

    class Capacity(models.TextChoices):
        SELF = "self", "本人"
        REPRESENTATIVE = "representative", "法定代表人（负责人）"
        GUARDIAN = "guardian", "监护人"
        MANDATE = "mandate", "受委托的代理人"

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="signature")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="+")
    capacity = models.CharField(max_length=14, choices=Capacity)
    method = models.CharField(max_length=40, blank=True, default="")  # of the last proof of identity; see signing.rules
    proved_at = models.DateTimeField(null=True)
    is_fresh = models.BooleanField(default=False)  # proved once more for this signature
    level = models.PositiveSmallIntegerField()  # real-name level of whoever signed
    signed_at = models.DateTimeField()
    content = EncryptedJSONField(default=dict)  # see cases.signing.rules.content_of
    digest = models.CharField("SHA-256", max_length=64)
    follows = models.CharField(max_length=64, blank=True, default="")

    materials: "list[CaseMaterial] | None" = None  # what was signed, where it was signed just now

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest[:16]}"
