"""Whoever can hold a certificate or apply: persons and organisations."""

import datetime as dt
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from common.fields import BlindIndexField, EncryptedTextField
from common.letters import Letters
from common.models import BaseModel
from identity.models.places import Region
from identity.persons.documents import IdDocument


class Party(BaseModel):
    """Whoever can hold a certificate or apply: one natural person or one organisation."""

    class Kind(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    kind = models.CharField(max_length=12, choices=Kind)
    # A person registered twice: everything moved to this party, and whoever looks for this row is led there.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["merged_into"], name="party_merged", condition=Q(merged_into__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def name(self) -> str:
        """The full name; reading it is the caller's duty to record where it is somebody else's."""
        return self.person.name if self.kind == self.Kind.PERSON else self.organisation.name

    @property
    def code(self) -> str:
        """The number of the person's document or the unified social credit code."""
        return self.person.id_number if self.kind == self.Kind.PERSON else self.organisation.uscc

    @property
    def code_type(self) -> str:
        """持证主体代码类型 (GB/T 36903 App. A): the kind of the person's document, 001 unified social credit code."""
        return self.person.document_kind if self.kind == self.Kind.PERSON else "001"


class Person(models.Model):
    """A natural person, identified by kind and number of a document: mostly the citizen ID number (GB 11643)."""

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="person")
    name = EncryptedTextField()
    document_kind = models.CharField(max_length=3, default="111")  # identity.persons.documents.Kind
    issuer = models.CharField(max_length=3, default="CHN")  # country or region of the document, GB/T 2659.1
    id_number = EncryptedTextField()
    id_number_index = BlindIndexField(unique=True)  # of kind and number: identity.persons.documents
    birth_date = EncryptedTextField(null=True)  # ISO; where the document's number does not hold it
    likeness_index = BlindIndexField(null=True)  # of name and birth date, by which duplicates are found
    phone = EncryptedTextField(null=True)
    address = EncryptedTextField(null=True)
    assurance_level = models.PositiveSmallIntegerField(default=1)  # 实名等级 1–5
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    # Since the account was closed: what the law keeps is stored, and nobody finds it (个人信息保护法第四十七条).
    locked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["likeness_index"], name="person_likeness", condition=Q(likeness_index__isnull=False))
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def document(self) -> IdDocument:
        """The document the person is known by."""
        return IdDocument(self.document_kind, self.id_number, self.issuer)

    @property
    def born(self) -> dt.date | None:
        """The birth date: what the number says, else what was read from the document; None when nobody wrote it."""
        stated = dt.date.fromisoformat(self.birth_date) if self.birth_date else None
        return self.document.born or stated


class Organisation(models.Model):
    """A legal person or other organisation, identified by its USCC (GB 32100)."""

    class State(models.TextChoices):
        ACTIVE = "active", "存续"
        REVOKED = "revoked", "吊销未注销"
        CANCELLED = "cancelled", "已注销"
        MOVED = "moved", "迁出"

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="organisation")
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    address = models.CharField(max_length=200)
    legal_representative = models.ForeignKey(Person, models.PROTECT, related_name="represented_organisations")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)  # when the corporate library was last asked

    class Meta:
        ordering: ClassVar = ["uscc"]
        indexes = (GinIndex(Letters("name"), name="organisation_letters"),)

    def __str__(self) -> str:
        return self.name
