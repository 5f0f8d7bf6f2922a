"""Who there is: places, parties, accounts, mandates, and what keeps accounts safe."""

from identity.models.accounts import Account, PostHolding
from identity.models.mandates import Mandate
from identity.models.parties import Organisation, Party, Person
from identity.models.places import Department, Post, Region
from identity.models.security import OneTimeCode, OutboxMessage, PopulationRecord, VerificationRecord
from identity.models.staff import EnrolmentCode, StaffImport

__all__ = [
    "Account",
    "Department",
    "EnrolmentCode",
    "Mandate",
    "OneTimeCode",
    "Organisation",
    "OutboxMessage",
    "Party",
    "Person",
    "PopulationRecord",
    "Post",
    "PostHolding",
    "Region",
    "StaffImport",
    "VerificationRecord",
]
