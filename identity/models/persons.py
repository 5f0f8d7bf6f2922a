"""What changed about persons, who may be one person twice, and the corporate library of this database."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models.accounts import Account
from identity.models.parties import Organisation, Person


class PersonChange(BaseModel):
    """One change of a person's name, document, phone or level: before, after, and on whose word. Never altered."""

    class Kind(models.TextChoices):
        NAME = "name", "姓名"
        DOCUMENT = "document", "证件"
        PHONE = "phone", "手机号"
        LEVEL = "level", "实名等级"

    person = models.ForeignKey(Person, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    before = EncryptedJSONField()
    after = EncryptedJSONField()
    source = models.CharField(max_length=40)  # a verification source, "codes" or "counter"
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    original_id = models.CharField(max_length=64, blank=True, default="")  # the scan of the document shown

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class PersonMerge(BaseModel):
    """Two rows that were one person: which was kept, why, and the whole list of what moved."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    other = models.OneToOneField(Person, models.PROTECT, related_name="merge")  # nobody is merged twice
    reason = EncryptedTextField()
    moved = models.JSONField(default=dict)  # {"room.table.column": [ids]}
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.other_id} into {self.kept_id}"


class LikelyDuplicate(BaseModel):
    """Two persons with one name and birth date who share a phone or a region: for a data officer to look at."""

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        MERGED = "merged", "已合并"
        DIFFERENT = "different", "不是同一人"

    first = models.ForeignKey(Person, models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+")
    signs = models.JSONField(default=list)  # phone, region
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    note = EncryptedTextField(default="")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="likely_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likely_duplicate_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class CorporateRecord(BaseModel):
    """One organisation in this database's own corporate library, against which bindings are compared."""

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=Organisation.State, default=Organisation.State.ACTIVE)
    address = models.CharField(max_length=200)
    representative_name = EncryptedTextField()
    representative_kind = models.CharField(max_length=3, default="111")
    representative_number = EncryptedTextField()
    representative_index = BlindIndexField()  # of kind and number, as Person.id_number_index

    class Meta:
        ordering: ClassVar = ["uscc"]

    def __str__(self) -> str:
        return self.uscc
