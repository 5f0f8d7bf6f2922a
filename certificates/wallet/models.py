"""Tables of the wallet: show codes, shares, counts of public checks, reminders, and reports of errors."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import BlindIndexField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Party


class ShowCode(BaseModel):
    """亮证码: shows one certificate once, within a minute. Only the code's keyed digest is kept."""

    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="show_codes")
    digest = BlindIndexField(unique=True)
    fields = models.JSONField(default=list)  # the keys of the printed values that are shown with it
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="show_code_over")]

    def __str__(self) -> str:
        return f"show code {self.pk}"


class Share(BaseModel):
    """A certificate shown to one receiver for a purpose until a moment. The grant below it carries the use log.

    A person is named by a phone or an ID number, registered or not, so the giver never learns who is registered.
    """

    class To(models.TextChoices):
        PHONE = "phone", _("个人（按手机号）")
        ID_NUMBER = "id_number", _("个人（按身份证号）")
        ORGANISATION = "organisation", _("单位（按统一社会信用代码）")

    grant = models.OneToOneField("certificates.Grant", models.PROTECT, related_name="share")
    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="shares")
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    to = models.CharField(max_length=12, choices=To)
    receiver = EncryptedTextField()  # the phone, the ID number or the credit code as it was checked
    receiver_name = EncryptedTextField()  # as the holder wrote it; for an organisation as registered
    receiver_index = BlindIndexField(null=True)  # of the phone or the ID number
    organisation = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    token_digest = BlindIndexField(null=True)  # of the address in the message, for a phone
    code_digest = BlindIndexField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # wrong codes
    purpose_kind = models.CharField(max_length=20)
    purpose = models.CharField(max_length=60)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # by the holder or with their account, before its time
    # The receiver closed their account: it opens no more. The giver, who would learn of an account by it, is not told.
    receiver_left_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["receiver_index"], name="share_receiver"),
            models.Index(fields=["organisation"], condition=Q(organisation__isnull=False), name="share_organisation"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_digest"], name="share_token_once"),
            models.CheckConstraint(
                condition=Q(to="organisation", organisation__isnull=False)
                | ~Q(to="organisation") & Q(organisation__isnull=True, receiver_index__isnull=False),
                name="share_one_receiver",
            ),
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"


class PublicCheck(BaseModel):
    """How often anybody checked a certificate without sign-in on a day: a count, nobody's name or address."""

    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="public_checks")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["certificate", "day"], name="public_check_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.count}"


class ExpiryNotice(BaseModel):
    """The last reminder that was sent before a certificate's last day."""

    certificate = models.OneToOneField("certificates.Certificate", models.PROTECT, related_name="expiry_notice")
    told_days = models.PositiveSmallIntegerField()  # 60, 30 or 7

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.told_days}"


class ErrorReport(BaseModel):
    """What a holder says is wrong on a certificate, on its way to who issued it. One is open for each certificate."""

    class State(models.TextChoices):
        OPEN = "open", _("等发证机关答复")
        CORRECTED = "corrected", _("已更正")
        EXPLAINED = "explained", _("已说明，不更正")
        WITHDRAWN = "withdrawn", _("已撤回")

    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="error_reports")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)  # none while the calendar of that year is unknown
    closed_at = models.DateTimeField(null=True)
    corrected_to = models.ForeignKey("certificates.Certificate", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="error_report_open")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate"], condition=Q(state="open"), name="one_open_error_report")
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class ReportMessage(BaseModel):
    """One thing said about a reported error; rows stay as they were written."""

    report = models.ForeignKey(ErrorReport, models.PROTECT, related_name="messages")
    is_issuers = models.BooleanField()
    author = models.ForeignKey(Account, models.PROTECT, related_name="+")
    text = EncryptedTextField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"message {self.pk}"
