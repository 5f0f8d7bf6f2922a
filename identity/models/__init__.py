"""Who there is: places, parties, accounts, mandates, what keeps accounts safe, and rights over data."""

from identity.models.accounts import Account, PostHolding
from identity.models.mandates import Mandate
from identity.models.parties import Organisation, Party, Person
from identity.models.places import Department, Post, Region
from identity.models.privacy import AccountClosure, CorrectionRequest, DataExport
from identity.models.security import OneTimeCode, OutboxMessage, PopulationRecord, VerificationRecord

__all__ = [
    "Account",
    "AccountClosure",
    "CorrectionRequest",
    "DataExport",
    "Department",
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
    "VerificationRecord",
]
