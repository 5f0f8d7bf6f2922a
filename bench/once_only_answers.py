"""What people of ``bench/once_only.py`` answer to the guiding questions: the truth where their life tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from services.models import ItemVersion
from services.rules import next_situation, options_for

# What only they can say of themselves who hold the certificate: the answer to a question → the type.
_CLAIMS: dict[str, dict[str, str]] = {
    "hardship": {
        "low_income": "low-income-certificate",
        "disabled": "disability-certificate",
        "veteran": "veteran-card",
    },
    "priority": {
        "low_income": "low-income-certificate",
        "disabled": "disability-certificate",
        "veteran": "veteran-card",
    },
    "special": {"disabled": "disability-certificate", "both": "disability-certificate"},
    "which": {"living": "low-income-certificate", "both": "low-income-certificate"},
    "care": {"veteran": "veteran-card"},
    "registered": {"yes": "employment-certificate"},
    "searched": {"yes": "property-search-result"},
}
_OF_THE_NEWBORN = {
    "城乡居民基本医疗保险参保登记": "newborn",
    "社会保障卡申领": "child",
}  # the lives ask for nobody else


@dataclass(frozen=True, slots=True)
class Facts:
    """Somebody on the day of an errand. ``held``: the types of the certificates in force."""

    age: int
    is_local: bool
    is_married: bool
    held: frozenset[str]


def situation_of(version: ItemVersion, facts: Facts, chance: Random) -> dict[str, str]:
    """Answer every question that comes up: with the truth where the life tells it, else by chance."""
    questions = list(version.situations.all())
    truths = _truths(version, facts)
    answers: dict[str, str] = {}
    while (question := next_situation(questions, answers)) is not None:
        claims = _CLAIMS.get(question.key, {})
        values = [option["value"] for option in options_for(question, answers)]
        honest = [value for value in values if value not in claims or claims[value] in facts.held]
        told = [value for value in honest if value in truths.get(question.key, ())]
        answers[question.key] = chance.choice(told or honest or values)
    return answers


def _truths(version: ItemVersion, facts: Facts) -> Mapping[str, frozenset[str]]:
    """The answers that are true, by question; a question that is not here is answered by chance."""
    home = frozenset({"local"} if facts.is_local else {"migrant", "other"})
    truths = {
        "origin": home,
        "hukou": home,
        "group": home,
        "place": home,  # of the household register, where it is asked; of a birth or a shop by chance
        "base": frozenset({"household" if facts.is_local else "residence"}),
        "married": frozenset({"yes" if facts.is_married else "no"}),
        "senior": frozenset({"yes" if facts.age >= 70 else "no"}),
    }
    if "employment-certificate" in facts.held:
        truths["registered"] = frozenset({"yes"})
    if "property-search-result" in facts.held:
        truths["searched"] = frozenset({"yes"})
    if version.name in _OF_THE_NEWBORN:
        truths["for_whom"] = frozenset({_OF_THE_NEWBORN[version.name]})
    return truths
