"""What a case's result certificate shows: the type's fields answered from the case."""

from collections.abc import Mapping
from typing import Any

from cases.models import Case
from certificates.models import CertificateType
from identity.models import Party
from identity.queries import authority_values
from services.forms import visible_steps
from services.queries import situations_of
from services.rules import situation_labels
from services.texts import plain_text


def values_for(case: Case, kind: CertificateType, holder: Party, extra: Mapping[str, str]) -> dict[str, str]:
    """Answer each field of the type: the officer's value, the register, the form, then the situation chosen."""
    person = holder.organisation.legal_representative if holder.kind == Party.Kind.ORGANISATION else None
    register = authority_values(holder, person)
    answers = _answers(case)
    chosen: dict[str, str] | None = None  # asked for where nothing else answers
    face = {}
    for field in kind.fields:
        key, element = field["key"], field.get("element", "")
        value = extra.get(key) or register.get(element) or answers.get(element) or answers.get(key) or ""
        if not value:
            chosen = _situation_values(case) if chosen is None else chosen
            value = chosen.get(key, "")
        if value:
            face[key] = value
    return face


def holder_of(case: Case, kind: CertificateType) -> Party | None:
    """Who gets the result: the applicant, or an organisation's legal representative; never somebody with a mandate.

    None when a person applied for what an organisation holds: the decision brings that one into being.
    """
    if kind.holder_kind in (case.applicant.kind, CertificateType.HolderKind.EITHER):
        return case.applicant
    if case.applicant.kind == Party.Kind.ORGANISATION:
        return case.applicant.organisation.legal_representative.party
    return None


def unanswered(case: Case, kind: CertificateType) -> list[dict[str, Any]]:
    """The type's fields that only the deciding department can fill."""
    known = values_for(case, kind, holder_of(case, kind) or case.applicant, {})
    return [field for field in kind.fields if field["key"] not in known]


def _situation_values(case: Case) -> dict[str, str]:
    questions = situations_of(case.item_version)
    labels = dict(situation_labels(questions, case.situation))
    return {question.key: labels[question.question] for question in questions if question.question in labels}


def _answers(case: Case) -> dict[str, str]:
    """The answers as text, and the parts of persons and organisations under the elements they stand for."""
    answers = {key: plain_text(answer["value"]) for key, answer in case.answers.items()}
    for spec in (spec for step in visible_steps(case.item_version, case.situation) for spec in step.fields):
        value = case.answers.get(spec.key, {}).get("value")
        for part, element in spec.parts.items():
            if isinstance(value, Mapping) and value.get(part):
                answers.setdefault(element, str(value[part]))
    return answers
