"""The catalogue: directory entries, their local implementations, versions and what a version asks for."""

from services.models.directory import DirectoryEntry
from services.models.elements import DataElement, ImportBatch
from services.models.items import ServiceItem
from services.models.parts import Faq, FeeItem, LegalBasis, MaterialRequirement, ReviewStage, Situation, VersionPart
from services.models.search import SearchMiss, SearchPlace, SearchTopic, Synonym
from services.models.versions import ItemVersion

__all__ = [
    "DataElement",
    "DirectoryEntry",
    "Faq",
    "FeeItem",
    "ImportBatch",
    "ItemVersion",
    "LegalBasis",
    "MaterialRequirement",
    "ReviewStage",
    "SearchMiss",
    "SearchPlace",
    "SearchTopic",
    "ServiceItem",
    "Situation",
    "Synonym",
    "VersionPart",
]
