"""Fill once: where a form's values come from. Authority, then certificates, then an earlier answer, then the person."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from cases.states import State
from certificates import reuse
from common.written import Given, written
from identity.models import Party, Person
from identity.queries import authority_values
from services.composed import PARTS, kind_of
from services.elements import element_authorities
from services.errors import FieldInvalid
from services.forms import FieldSpec, book_for, clean_value, visible_steps

_OWN_NAME, _OWN_NUMBER = "person.name", "person.id_number"
Answer = dict[str, Any]  # {value, source, label, at, changed}


def fill(case: Case, *, today: dt.date) -> dict[str, Answer]:
    """Return answers for the fields of a draft that know their value, keeping what was typed already.

    Three queries: certificates, the elements' authorities, the applicant's last case.
    """
    answers = dict(case.answers)
    if not case.use_prefill:
        return answers
    specs = [spec for step in visible_steps(case.item_version, case.situation) for spec in step.fields]
    looked_up: list[FieldSpec] = []
    sources = (_from_certificates(case, today), _from_register(case), _from_earlier(case))
    for spec in specs:
        if spec.is_asked_always or (spec.key in answers and answers[spec.key].get("source") in {"typed"}):
            continue
        found = _found(spec, sources)
        if found:
            answers[spec.key] = found
            looked_up.append(spec)
    _split_addresses(answers, looked_up)
    return answers


def authority_answers(case: Case, specs: Sequence[FieldSpec], *, today: dt.date) -> dict[str, Answer]:
    """What certificates and registers answer now for fields, whatever the draft says (three queries)."""
    sources = (_from_certificates(case, today), _from_register(case))
    answers = {spec.key: found for spec in specs if (found := _found(spec, sources))}
    _split_addresses(answers, [spec for spec in specs if spec.key in answers])
    return answers


def _found(spec: FieldSpec, sources: Sequence[Mapping[str, Answer]]) -> Answer | None:
    """What the first source that knows it says; a person or an organisation is put together from its parts."""
    for source in sources:
        if spec.key in source and _fits(spec, source[spec.key]["value"]):
            return source[spec.key]
    known = {part: _first(element, sources) for part, element in spec.parts.items()}
    if spec.type == "person" and not known.get("name") and spec.parts.get("number") == _OWN_NUMBER:
        known["name"] = _first(_OWN_NAME, sources)  # one person: the number's owner has a name, whatever the role
    parts = {part: answer for part, answer in known.items() if answer}
    if not parts:
        return None
    value = dict.fromkeys(PARTS[spec.type], "") | {part: answer["value"] for part, answer in parts.items()}
    if spec.type == "person":
        value["kind"] = kind_of(value["number"]) if value["number"] else ""
    return {**next(iter(parts.values())), "value": value}


def _first(element: str, sources: Sequence[Mapping[str, Answer]]) -> Answer | None:
    answers = (source[element] for source in sources if element in source)
    return next((answer for answer in answers if isinstance(answer["value"], str)), None)


def _fits(spec: FieldSpec, value: Any) -> bool:
    """Whether a value has the shape this field's answers have: an earlier form may have asked in another one."""
    if spec.type in {"group", "multichoice"}:
        return isinstance(value, list)
    if isinstance(value, Mapping):
        return (spec.type == "address" and "detail" in value) or set(PARTS.get(spec.type, ("",))) <= set(value)
    return spec.type not in {"person", "organisation", "file"} and not isinstance(value, list)


def _split_addresses(answers: dict[str, Answer], specs: Sequence[FieldSpec]) -> None:
    """Bring addresses that a register or certificate writes in one line to their form: region and the rest."""
    written = [spec for spec in specs if spec.type == "address" and isinstance(answers[spec.key]["value"], str)]
    if not written:
        return
    book = book_for(written, {spec.key: answers[spec.key]["value"] for spec in written})
    for spec in written:
        answer = answers[spec.key]
        try:
            answers[spec.key] = {**answer, "value": clean_value(spec, answer["value"], book=book)}
        except FieldInvalid:  # longer than the form allows: the person shortens it
            continue


def _from_certificates(case: Case, today: dt.date) -> dict[str, Answer]:
    held = reuse.element_values(
        case.applicant_id, agent_id=_own_agent(case), today=today, authorities=element_authorities()
    )
    return {code: _answer(value.value, "certificate", value.source) for code, value in held.items()}


def _own_agent(case: Case) -> UUID | None:
    """The legal representative who acts in person: their own certificates answer too, never an agent's."""
    party = case.applicant
    if party.kind == Party.Kind.ORGANISATION and party.organisation.legal_representative_id == case.agent_id:
        return case.agent_id
    return None


def _from_register(case: Case) -> dict[str, Answer]:
    values = authority_values(case.applicant, _agent(case))
    label = _("身份信息")
    return {code: _answer(value, "identity", label) for code, value in values.items()}


def _agent(case: Case) -> Person:
    """Who fills it in; for an organisation mostly its legal representative, whom the register's answers name anyway."""
    party = case.applicant
    if party.kind == Party.Kind.ORGANISATION and party.organisation.legal_representative_id == case.agent_id:
        case.agent = party.organisation.legal_representative
    return case.agent


def _from_earlier(case: Case) -> dict[str, Answer]:
    """Answers the same applicant gave last time, by data element only: another form's own fields mean other things.

    What was said about people stays out when somebody else filled the form in.
    """
    earlier = _last_handed_in.one(case.applicant_id, case.pk)
    if earlier is None or earlier.submitted_at is None:
        return {}
    same_agent = earlier.agent_id == case.agent_id  # what a former agent said about himself is not this one's
    label = _("您上次填的，%(day)s") % {"day": timezone.localdate(earlier.submitted_at).isoformat()}
    return {
        key: _answer(answer["value"], "earlier", label)
        for key, answer in earlier.answers.items()
        if "." in key and answer.get("value") and (same_agent or not reuse.is_about_person(key))
    }


@written
def _last_handed_in(applicant_id: Given, not_this: Given) -> QuerySet[Case]:
    handed_in = Case.objects.filter(applicant_id=applicant_id, submitted_at__isnull=False).exclude(state=State.DRAFT)
    return handed_in.exclude(pk=not_this).order_by("-submitted_at").only("agent", "submitted_at", "answers")[:1]


def _answer(value: Any, source: str, label: str) -> Answer:
    return {"value": value, "source": source, "label": label, "at": timezone.now().isoformat(), "changed": False}


def merge_typed(answers: dict[str, Answer], typed: dict[str, Any], specs: Iterable[FieldSpec]) -> dict[str, Answer]:
    """Put cleaned values into the answers; an unchanged value keeps its source, a changed one says so."""
    merged = dict(answers)
    for spec in specs:
        if spec.key not in typed:
            continue
        before = merged.get(spec.key)
        if before and before["value"] == typed[spec.key]:
            continue
        changed = bool(before and before["source"] != "typed") or bool(before and before.get("changed"))
        merged[spec.key] = {**_answer(typed[spec.key], "typed", ""), "changed": changed}
    return merged
