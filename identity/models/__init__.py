"""Who there is: places, parties, accounts, mandates, what keeps accounts safe, and rights over data."""

from identity.models.accounts import Account, PostHolding
from identity.models.halls import Hall
from identity.models.mandates import CapacityRecord, Mandate
from identity.models.messages import Announcement, MessagePreference, MessageTemplate, Notification, OutboxMessage
from identity.models.parties import Organisation, Party, Person
from identity.models.persons import CorporateRecord, LikelyDuplicate, PersonChange, PersonMerge
from identity.models.places import Department, Post, Region
from identity.models.privacy import AccountClosure, CorrectionRequest, DataExport
from identity.models.security import OneTimeCode, PopulationRecord, VerificationRecord
from identity.models.sso import ClientProfile, Consent, SigningKey, SsoSession, SubjectIdentifier
from identity.models.staff import EnrolmentCode, StaffImport

__all__ = [
    "Account",
    "AccountClosure",
    "Announcement",
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
    "MessagePreference",
    "MessageTemplate",
    "Notification",
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
