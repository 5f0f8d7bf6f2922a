"""Every table of the room: a case's own in :mod:`cases.models.case`, the others beside what they serve."""

from cases.archive.models import ArchiveHold, ArchivePackage, DestructionList, DestructionRow, Retention
from cases.assisting.models import Assistance, PaperSheet, WindowDisplay
from cases.consultation.models import Consultation, ConsultationFile, ConsultationMessage
from cases.counter.models import (
    Appointment,
    CounterDay,
    CounterWindow,
    HallCounter,
    PriorityGroup,
    SlotPlan,
    Ticket,
)
from cases.delivery.models import Delivery, Parcel, ParcelEvent
from cases.fees.models import FeeNotice, Payment, PaymentOrder, Reconciliation, Refund, UsedNonce
from cases.joint.models import JointCase, JointItem
from cases.lists.models import BulkJob, BulkRow, SavedView
from cases.models.case import Branch, Case, CaseEvent, CaseMaterial, Extension, Flag, Notice, SpecialProcedure
from cases.opinions.models import OpinionAsked, OpinionFile, OpinionRequest
from cases.proceedings.models import Expert, ExpertReview, Hearing, HearingParticipant
from cases.promises.models import Breach, Undertaking
from cases.routes.models import RouteEntry, VisitPhoto
from cases.serving.models import NoticeService
from cases.signing.models import Signature
from cases.terminal.models import Terminal, TerminalVisit

__all__ = [
    "Appointment",
    "ArchiveHold",
    "ArchivePackage",
    "Assistance",
    "Branch",
    "Breach",
    "BulkJob",
    "BulkRow",
    "Case",
    "CaseEvent",
    "CaseMaterial",
    "Consultation",
    "ConsultationFile",
    "ConsultationMessage",
    "CounterDay",
    "CounterWindow",
    "Delivery",
    "DestructionList",
    "DestructionRow",
    "Expert",
    "ExpertReview",
    "Extension",
    "FeeNotice",
    "Flag",
    "HallCounter",
    "Hearing",
    "HearingParticipant",
    "JointCase",
    "JointItem",
    "Notice",
    "NoticeService",
    "OpinionAsked",
    "OpinionFile",
    "OpinionRequest",
    "PaperSheet",
    "Parcel",
    "ParcelEvent",
    "Payment",
    "PaymentOrder",
    "PriorityGroup",
    "Reconciliation",
    "Refund",
    "Retention",
    "RouteEntry",
    "SavedView",
    "Signature",
    "SlotPlan",
    "SpecialProcedure",
    "Terminal",
    "TerminalVisit",
    "Ticket",
    "Undertaking",
    "UsedNonce",
    "VisitPhoto",
    "WindowDisplay",
]
