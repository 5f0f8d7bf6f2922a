"""Whoever can hold a certificate or apply: persons and organisations."""

from typing import ClassVar

from django.db import models

from common.fields import BlindIndexField, EncryptedTextField
from common.models import BaseModel
from identity.models.places import Region


class Party(BaseModel):
    """Whoever can hold a certificate or apply: one natural person or one organisation."""

    class Kind(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    kind = models.CharField(max_length=12, choices=Kind)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def name(self) -> str:
        """The full name; reading it is the caller's duty to record where it is somebody else's."""
        return self.person.name if self.kind == self.Kind.PERSON else self.organisation.name

    @property
    def code(self) -> str:
        """The citizen ID number or the unified social credit code."""
        return self.person.id_number if self.kind == self.Kind.PERSON else self.organisation.uscc

    @property
    def code_type(self) -> str:
        """持证主体代码类型 (GB/T 36903 App. A): 111 citizen ID number, 001 unified social credit code."""
        return "111" if self.kind == self.Kind.PERSON else "001"


class Person(models.Model):
    """A natural person, identified by the citizen ID number (GB 11643)."""

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="person")
    name = EncryptedTextField()
    id_number = EncryptedTextField()
    id_number_index = BlindIndexField(unique=True)
    phone = EncryptedTextField(null=True)
    address = EncryptedTextField(null=True)
    assurance_level = models.PositiveSmallIntegerField(default=1)  # 实名等级 1–5
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    # Since the account was closed: what the law keeps is stored, and nobody finds it (个人信息保护法第四十七条).
    locked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"person {self.pk}"


class Organisation(models.Model):
    """A legal person or other organisation, identified by its USCC (GB 32100)."""

    class State(models.TextChoices):
        ACTIVE = "active", "存续"
        CANCELLED = "cancelled", "已注销"

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="organisation")
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    address = models.CharField(max_length=200)
    legal_representative = models.ForeignKey(Person, models.PROTECT, related_name="represented_organisations")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["uscc"]

    def __str__(self) -> str:
        return self.name
