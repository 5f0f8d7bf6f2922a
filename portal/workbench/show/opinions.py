"""What was asked of other departments about a case, and what of it they see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, OpinionAsked
from cases.opinions import rules
from common.formatting import code_label
from common.workdays import WorkCalendar, for_region
from identity.actor import Actor
from portal.workbench.show.lamps import ShownLamp, shown_lamp
from services.forms import visible_steps
from services.texts import text_of

_TONES = {
    OpinionAsked.State.WAITING: "amber",
    OpinionAsked.State.ANSWERED: "jade",
    OpinionAsked.State.PASSED: "red",
}
_STANCE_TONES = {"agree": "jade", "oppose": "red", "none": "plain", "advice": "amber"}


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question with everybody who was asked; ``papers`` and ``fields`` are what they see."""

    one: Any
    fields: list[str]
    papers: list[str]
    asked: list[dict[str, Any]]


def lamp_of(asked: OpinionAsked, calendar: WorkCalendar) -> ShownLamp | None:
    """How near the end of the time to answer is; nothing once it is settled."""
    if asked.state != OpinionAsked.State.WAITING:
        return None
    reading = rules.reading(asked, calendar, today=timezone.localdate())
    return shown_lamp(_("答复"), reading, "W", _("到期日所在年份的工作日历还没有装载"))


def tone_of(asked: OpinionAsked) -> str:
    """The colour word of where a question stands; of an answer, its position."""
    if asked.stance:
        return _STANCE_TONES[asked.stance]
    return _TONES.get(OpinionAsked.State(asked.state), "plain")


def label_of(asked: OpinionAsked) -> str:
    """In words: the position of an answer, else where the question stands."""
    return code_label(asked.get_stance_display() if asked.stance else asked.get_state_display())


def questions_of(actor: Actor, case: Case, rows: list[OpinionAsked]) -> list[ShownQuestion]:
    """The questions of a case, oldest first, with what the asking post can do about each."""
    if not rows:
        return []
    labels = {spec.key: spec.label for step in visible_steps(case.item_version, case.situation) for spec in step.fields}
    calendar, today = for_region(case.department.region.code), timezone.localdate()
    shown: dict[Any, ShownQuestion] = {}
    for row in rows:
        request = row.request
        if request.pk not in shown:
            papers = [paper.name for paper in request.papers.all()]
            shown[request.pk] = ShownQuestion(request, [labels.get(key, key) for key in request.fields], papers, [])
        is_open = row.state == OpinionAsked.State.WAITING and rules.is_asking(actor, row)
        shown[request.pk].asked.append(
            {
                "row": row,
                "tone": tone_of(row),
                "label": label_of(row),
                "lamp": lamp_of(row, calendar),
                "is_open": is_open,
                "may_go_on": is_open and rules.is_over(row, today),
                "files": list(row.files.all()),
            }
        )
    return list(shown.values())


def answers_of(case: Case, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Chosen answers as (label, text), whole: that is what they were chosen for."""
    specs = [spec for step in visible_steps(case.item_version, case.situation) for spec in step.fields]
    return [(str(spec.label), text_of(spec, values[spec.key])) for spec in specs if spec.key in values]
