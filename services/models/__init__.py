"""The catalogue: directory entries, their local implementations, versions and what a version asks for."""

from services.models.bundles import Bundle, BundleMember, BundleVersion
from services.models.comments import ReviewComment
from services.models.directory import DirectoryEntry, DirectoryVersion
from services.models.elements import DataElement, ElementVersion, ImportBatch
from services.models.exchange import ExchangeBatch, ExchangeLane, ExchangeRow
from services.models.findings import AskWaiver, ItemLint, LintRun
from services.models.guides import ItemWindow, VersionFile
from services.models.items import ServiceItem
from services.models.legacy import (
    LegacyApp,
    LegacyFunction,
    LegacyLink,
    LegacyMapping,
    LegacyPlan,
    LegacySheet,
    LegacyVisit,
)
from services.models.lifecycle import ItemOperation, ItemSuccession
from services.models.parts import Faq, FeeItem, LegalBasis, MaterialRequirement, ReviewStage, Situation, VersionPart
from services.models.review import CatalogueStep, Reviewed
from services.models.search import SearchMiss, SearchPlace, SearchTopic, Synonym
from services.models.versions import ItemVersion

__all__ = [
    "AskWaiver",
    "Bundle",
    "BundleMember",
    "BundleVersion",
    "CatalogueStep",
    "DataElement",
    "DirectoryEntry",
    "DirectoryVersion",
    "ElementVersion",
    "ExchangeBatch",
    "ExchangeLane",
    "ExchangeRow",
    "Faq",
    "FeeItem",
    "ImportBatch",
    "ItemLint",
    "ItemOperation",
    "ItemSuccession",
    "ItemVersion",
    "ItemWindow",
    "LegacyApp",
    "LegacyFunction",
    "LegacyLink",
    "LegacyMapping",
    "LegacyPlan",
    "LegacySheet",
    "LegacyVisit",
    "LegalBasis",
    "LintRun",
    "MaterialRequirement",
    "ReviewComment",
    "ReviewStage",
    "Reviewed",
    "SearchMiss",
    "SearchPlace",
    "SearchTopic",
    "ServiceItem",
    "Situation",
    "Synonym",
    "VersionFile",
    "VersionPart",
]
