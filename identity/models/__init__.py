"""Who there is: places, parties, accounts, mandates, what keeps accounts safe, and rights over data."""

from identity.models.accounts import Account, PostHolding
from identity.models.halls import Hall
from identity.models.mandates import CapacityRecord, Mandate
from identity.models.parties import Organisation, Party, Person
from identity.models.persons import CorporateRecord, LikelyDuplicate, PersonChange, PersonMerge
from identity.models.places import Department, Post, Region
from identity.models.privacy import AccountClosure, CorrectionRequest, DataExport
from identity.models.security import OneTimeCode, OutboxMessage, PopulationRecord, VerificationRecord
from identity.models.sso import ClientProfile, Consent, SigningKey, SsoSession, SubjectIdentifier
from identity.models.staff import EnrolmentCode, StaffImport

__all__ = [
    "Account",
    "AccountClosure",
    "CapacityRecord",
    "ClientProfile",
    "Consent",
    "CorporateRecord",
    "CorrectionRequest",
    "DataExport",
    "Department",
    "EnrolmentCode",
    "Hall",
    "LikelyDuplicate",
    "Mandate",
    "OneTimeCode",
    "Organisation",
    "OutboxMessage",
    "Party",
    "Person",
    "PersonChange",
    "PersonMerge",
    "PopulationRecord",
    "Post",
    "PostHolding",
    "Region",
    "SigningKey",
    "SsoSession",
    "StaffImport",
    "SubjectIdentifier",
    "VerificationRecord",
]
