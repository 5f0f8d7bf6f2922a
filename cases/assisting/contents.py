"""What the display shows before something is handed in: every answer, every material, in the person's words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cases.assisting.models import Assistance
from cases.joint import union
from cases.models import Case, CaseMaterial, JointCase
from services.forms import StepSpec, visible_steps
from services.texts import text_of

Section = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Content:
    """The sections of the form with their answers, the materials, and those of them that were corrected."""

    answers: list[Section]
    materials: list[str]
    corrected: list[str]


NOTHING = Content([], [], [])


def content_of(row: Assistance) -> Content:
    """What the session's person is asked to confirm."""
    if row.joint_id is not None:
        return _of_joint(JointCase.objects.get(pk=row.joint_id))
    return _of_case(row.case_id) if row.case_id is not None else NOTHING


def _of_joint(joint: JointCase) -> Content:
    """The pages of the one form, then the materials, each once with the items it serves."""
    whole = union.load(joint)
    names = {part.case.pk: part.item.item_version.name for part in whole.parts}
    groups = [group for group in whole.groups if group.shown.way != CaseMaterial.Way.MISSING]
    return Content(
        answers=[
            ("一起申请的事项", [(str(number), name) for number, name in enumerate(names.values(), start=1)]),
            *(_page(whole, page) for page in whole.pages),
        ],
        materials=[f"{_named(group.shown)}：{'、'.join(names[row.case_id] for row in group.rows)}" for group in groups],
        corrected=[],
    )


def _page(whole: union.Union, page: union.Page) -> Section:
    answers = {
        key: answer
        for key, owners in page.owners.items()
        for owner in owners
        if (answer := whole.part(owner).case.answers.get(key)) is not None
    }
    title, rows = _section(page.step, answers)
    return title or "几个事项都要的内容", rows


def _of_case(case_id: UUID) -> Content:
    case = Case.objects.select_related("item_version").get(pk=case_id)
    steps = visible_steps(case.item_version, case.situation)
    found = case.materials.select_related("requirement").exclude(way=CaseMaterial.Way.MISSING)
    files = [(_named(one), one.correction) for one in found]
    return Content(
        answers=[_section(step, case.answers) for step in steps],
        materials=[name for name, correction in files if not correction],
        corrected=[f"{name}：{correction}" for name, correction in files if correction],
    )


def _section(step: StepSpec, answers: dict[str, Any]) -> Section:
    rows = [(str(spec.label), text_of(spec, _value(answers, spec.key))) for spec in step.fields if spec.type != "file"]
    return str(step.title), [pair for pair in rows if pair[1]]


def _value(answers: dict[str, Any], key: str) -> Any:
    answer = answers.get(key)
    return answer["value"] if answer else ""


def _named(row: CaseMaterial) -> str:
    return f"{row.name}（{row.get_way_display()}）"
