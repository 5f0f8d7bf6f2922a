"""Trays of pages that were not handed in yet, and uploads that come in pieces."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Party


class Tray(BaseModel):
    """The pages somebody is putting together, for one party and one place; it waits for them over reloads and days.

    ``target`` is the upper room's word for where they go (empty: the locker itself).
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    principal = models.ForeignKey(Party, models.PROTECT, related_name="trays")
    target = models.CharField(max_length=100, blank=True, default="")
    title = models.CharField(max_length=200)
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account", "principal", "target"], name="tray_owner"),
            models.Index(fields=["updated_at"], name="tray_age"),
        )

    def __str__(self) -> str:
        return self.title


class TraySheet(BaseModel):
    """One file on a tray, clean already: a photo, or a PDF with all its pages. ``turns`` are quarters clockwise."""

    tray = models.ForeignKey(Tray, models.CASCADE, related_name="sheets")
    place = models.PositiveSmallIntegerField()
    turns = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(upload_to="trays")
    file_name = EncryptedTextField()
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()  # bytes
    pages = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["place", "id"]
        constraints = (models.CheckConstraint(condition=Q(turns__lt=4), name="tray_sheet_turns"),)

    def __str__(self) -> str:
        return f"{self.tray} {self.place}"


class PieceUpload(BaseModel):
    """A file that comes in pieces: how much of it is here. Complete, it becomes a sheet of its tray."""

    tray = models.ForeignKey(Tray, models.CASCADE, related_name="uploads")
    file_name = EncryptedTextField()
    mark = models.CharField(max_length=64)  # keyed hash of what the browser says of the file: the same one goes on
    size = models.PositiveIntegerField()  # bytes in all
    received = models.PositiveIntegerField(default=0)
    sheet = models.ForeignKey(TraySheet, models.CASCADE, null=True, related_name="+")  # thrown out together

    class Meta:
        indexes = (models.Index(fields=["updated_at"], condition=Q(sheet__isnull=True), name="piece_upload_age"),)
        constraints = (
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="piece_upload_no_more_than_said"),
        )

    def __str__(self) -> str:
        return f"{self.received}/{self.size}"


class Piece(BaseModel):
    """One piece of an upload, from one byte on."""

    upload = models.ForeignKey(PieceUpload, models.CASCADE, related_name="pieces")
    start = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to="trays")

    class Meta:
        ordering: ClassVar = ["start"]
        constraints = (models.UniqueConstraint(fields=["upload", "start"], name="piece_once"),)

    def __str__(self) -> str:
        return f"{self.upload} @{self.start}"
