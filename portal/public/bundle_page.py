"""A bundle as people see it: its questions, its plan with what they hold, the picture of what comes when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.evidence import holder_of
from cases.models import Case
from certificates import reuse
from certificates.choosing import HELD as _HELD
from certificates.choosing import Requirement, Resolution, Way
from identity.actor import Actor
from identity.models import Party
from identity.queries import get_party
from portal.public.materials import Tally
from portal.public.wording import limit_text, visits_text
from services.bundles.merging import MergedMaterial
from services.bundles.planning import Plan, PlannedItem
from services.codes import Audience
from services.descriptions import SituationPart
from services.rules import options_for


class QuestionForm(forms.Form):
    """One question of a bundle; the answer goes into the address."""

    def __init__(self, question: SituationPart, options: Sequence[Mapping[str, Any]], *, problem: str = "") -> None:
        super().__init__({} if problem else None)
        self.fields[question.key] = forms.ChoiceField(
            label=question.question,
            help_text=question.help,
            choices=[(option["value"], option["label"]) for option in options],
            widget=forms.RadioSelect,
        )
        if problem:
            self.errors.clear()
            self.add_error(question.key, problem)


_MARKS = {
    Way.CERTIFICATE: "free",
    Way.VERIFIED: "seen",
    Way.EARLIER: "free",
    Way.PROMISE: "vow",
    Way.DEFERRED: "fix",
    Way.MISSING: "ask",
}
_WIDTH, _LEFT, _ROW, _BAR = 340, 2, 46, 14  # of the picture, in its own units
_LABEL = 22  # characters of a name that fit above a bar


def question_labels() -> dict[str, str]:
    """What the lines of the comparison are called."""
    return {
        "forms": _("填几张表"),
        "fields": _("填几个栏目"),
        "materials": _("交几份材料"),
        "visits": _("跑几次"),
        "days": _("等几个工作日"),
    }


def answered(questions: Sequence[SituationPart], answers: Mapping[str, str], region: str) -> list[dict[str, str]]:
    """The answers given, each with the address at which it is asked again (later answers are kept where they fit)."""
    rows = []
    for question in questions:
        if question.key not in answers:
            continue
        labels = {option["value"]: option["label"] for option in options_for(question, answers)}
        kept = {key: value for key, value in answers.items() if key != question.key}
        rows.append(
            {
                "question": question.question,
                "answer": labels.get(answers[question.key], answers[question.key]),
                "url": f"?{urlencode(with_region(kept, region))}",
            }
        )
    return rows


def with_region(answers: Mapping[str, str], region: str) -> dict[str, str]:
    """The answers as parameters of an address, with the region asked for."""
    return {**answers, **({"region": region} if region else {})}


@dataclass(frozen=True, slots=True)
class BundleMaterial:
    """One material of a plan: the mark, why, and which items ask for it."""

    name: str
    mark: str
    why: str
    items: list[str]
    is_optional: bool
    note: str


def materials_of(plan: Plan, actor: Actor) -> tuple[list[BundleMaterial], Tally | None]:
    """The plan's materials, resolved for a signed-in citizen (two queries); without sign-in there is no tally."""
    resolved = _resolve(plan, actor)
    rows = [_row(plan, group, (resolved or {}).get(number)) for number, group in enumerate(plan.materials)]
    if resolved is None:
        return rows, None
    counted = [
        resolved[number].way
        for number, group in enumerate(plan.materials)
        if number in resolved and (not group.is_optional or resolved[number].way in _HELD)
    ]
    outside = sum(not group.is_optional for number, group in enumerate(plan.materials) if number not in resolved)
    held = [way for way in counted if way in _HELD]
    return rows, Tally(len(counted) - len(held) + outside, len(counted) + outside, held.count(Way.VERIFIED))


def _resolve(plan: Plan, actor: Actor) -> dict[int, Resolution] | None:
    if not actor.is_citizen or actor.principal_id is None or actor.scope is not None:
        return None  # who acts under a mandate sees the marks at each item, within the mandate
    party = get_party(actor.principal_id)
    versions = {one.key: one.version for one in plan.items}
    wanted: dict[int, Requirement] = {}
    for number, group in enumerate(plan.materials):
        version = versions[group.lead.member]
        if _may_apply(party, version.audience):
            case = Case(item_version=version, applicant=party, agent_id=actor.person_id, situation={})
            wanted[number] = _requirement(number, group, case)
    found = reuse.resolve(list(wanted.values()), today=timezone.localdate())
    return {number: found[requirement.key] for number, requirement in wanted.items()}


def _may_apply(party: Party, audience: Sequence[str]) -> bool:
    """An organisation that is yet to be founded holds nothing; a person's papers are not its own."""
    is_person = party.kind == Party.Kind.PERSON
    return Audience.PERSON in audience if is_person else bool(set(audience) - {Audience.PERSON})


def _requirement(number: int, group: MergedMaterial, case: Case) -> Requirement:
    """What stands for all that was merged; the strictest of what each one allows."""
    sources = [one.source for one in group.asked]
    types = {kind.pk for source in sources for kind in source.satisfied_by.all()}
    fresh = [source.fresh_days for source in sources if source.fresh_days is not None]
    kinds = sorted(token.removeprefix("kind:") for token in group.tokens if token.startswith("kind:"))
    return Requirement(
        key=str(number),
        holder_id=holder_of(case, group.lead.source),
        type_ids=frozenset(key for key in types if f"type:{key}" in group.tokens),
        kinds=tuple(kinds),
        fresh_days=min(fresh) if fresh else None,
        may_promise=all(source.promise_text for source in sources),
        may_defer=all(source.defer_days is not None for source in sources),
    )


def _row(plan: Plan, group: MergedMaterial, resolution: Resolution | None) -> BundleMaterial:
    source = group.lead.source
    if resolution:
        mark, why = _MARKS[resolution.way], resolution.reason
    else:
        mark, why = _unresolved(group)
    return BundleMaterial(
        name=group.lead.name,
        mark=mark,
        why=why,
        items=[plan.names[key] for key in group.members],
        is_optional=group.is_optional,
        note=source.note,
    )


def _unresolved(group: MergedMaterial) -> tuple[str, str]:
    sources = [one.source for one in group.asked]
    accepted = {
        kind.name for source in sources for kind in source.satisfied_by.all() if f"type:{kind.pk}" in group.tokens
    }
    if accepted:
        return "cert", _("有“%(names)s”电子证照的，不用交") % {"names": "、".join(sorted(accepted))}
    if all(source.promise_text for source in sources):
        return "vow", _("可以告知承诺，不用交；办结后按承诺核查")
    if all(source.defer_days is not None for source in sources):
        return "fix", _("可以先受理，材料随后补交")
    return "ask", _("拍照或 PDF，不超过 20 MB；交过并核对过的不用再交")


def produced_of(plan: Plan) -> list[tuple[str, str]]:
    """What comes out of an earlier item and is asked for later: the result's name and the item's, each once."""
    results = {one.key: one.version.result_name for one in plan.items}
    return [(results[key], plan.names[key]) for key in dict.fromkeys(one.by for one in plan.produced)]


def items_of(plan: Plan) -> list[dict[str, Any]]:
    """The items in the order in which they can be begun."""
    return [
        {
            "planned": one,
            "number": number,
            "name": one.version.name,
            "department": one.item.department_name,
            "limit": limit_text(one.version, one.version.promise_days, one.version.promise_unit),
            "visits": visits_text(one.version.visits),
            "waits": [plan.names[key] for key in one.waits],
            "note": one.member.note,
            "when": when_text(one),
            "guide_url": reverse("item_guide", args=[one.item.pk]),
        }
        for number, one in enumerate(plan.items, start=1)
    ]


def when_text(one: PlannedItem) -> str:
    """When the item runs, counted from the first day."""
    if one.span.start == one.span.end:
        return _("当天办结") if one.span.start == 0 else _("第 %(day)s 个工作日当天办结") % {"day": one.span.start}
    return _("第 %(first)s 到第 %(last)s 个工作日") % {"first": one.span.start + 1, "last": one.span.end}


def picture(plan: Plan) -> dict[str, Any]:
    """Bars by working day and the lines of who waits for whom, as numbers for an SVG of 340 units' width."""
    total = max(plan.total_days, 1)
    scale = (_WIDTH - 2 * _LEFT - 12) / total
    rows: list[dict[str, Any]] = []
    place: dict[str, dict[str, Any]] = {}
    for index, one in enumerate(plan.items):
        name = one.version.name
        row = {
            "label": name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…",
            "label_y": index * _ROW + 16,
            "x": round(_LEFT + one.span.start * scale, 1),
            "y": index * _ROW + 23,
            "width": round(max((one.span.end - one.span.start) * scale, 10), 1),
            "height": _BAR,
            "is_critical": one.span.is_critical,
        }
        rows.append(row)
        place[one.key] = row
    lines = [
        f"M{place[earlier]['x'] + 4} {place[earlier]['y'] + _BAR} V{row['y'] + _BAR / 2} H{row['x']}"
        if row["x"] > place[earlier]["x"] + 4
        else f"M{place[earlier]['x'] + 4} {place[earlier]['y'] + _BAR} V{row['y']}"
        for one, row in zip(plan.items, rows, strict=True)
        for earlier in one.waits
    ]
    return {"rows": rows, "lines": lines, "width": _WIDTH, "height": len(rows) * _ROW + 4, "days": plan.total_days}
