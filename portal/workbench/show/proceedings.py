"""Hearings and expert reviews on the case page."""

from typing import Any

from cases.models import Case, Expert, Hearing, HearingParticipant
from cases.proceedings.queries import experts_of, hearing_of
from common.formatting import code_label

_TONES = {
    Hearing.State.TOLD: "amber",
    Hearing.State.ASKED: "amber",
    Hearing.State.SCHEDULED: "brand",
    Hearing.State.RECORDED: "amber",
    Hearing.State.HELD: "jade",
}
_STANCES = {"pass": "jade", "amend": "amber", "reject": "red"}


def hearing_shown(case: Case) -> dict[str, Any] | None:
    """The latest hearing with its days and who stands for the record; None without one."""
    standing = hearing_of(case)
    if standing is None:
        return None
    hearing = standing.hearing
    state = Hearing.State(hearing.state)
    people: list[dict[str, Any]] = [
        {"row": row, "role": code_label(row.get_role_display()), "way": code_label(row.get_way_display())}
        for row in hearing.participants.all()
    ]
    return {
        "standing": standing,
        "one": hearing,
        "tone": _TONES.get(state, "plain"),
        "label": code_label(hearing.get_state_display()),
        "origin": code_label(hearing.get_origin_display()) if hearing.origin else "",
        "people": people,
        "waits": any(one["row"].way == HearingParticipant.Way.WAITING for one in people),
        "has_record": state in (Hearing.State.RECORDED, Hearing.State.HELD),
        "may_sign": state == Hearing.State.RECORDED,
    }


def reviews_shown(case: Case) -> list[dict[str, Any]]:
    """The expert reviews with what each expert declared and judged, oldest first."""
    return [
        {
            "one": review,
            "is_open": review.ended_at is None,
            "experts": [_expert(one, is_open=review.ended_at is None) for one in review.experts.all()],
        }
        for review in experts_of(case)
    ]


def _expert(one: Expert, *, is_open: bool) -> dict[str, Any]:
    label = one.get_stance_display() if one.stance else one.get_conflict_display()
    return {
        "row": one,
        "label": code_label(label),
        "tone": _STANCES.get(one.stance, "plain"),
        "may_write": is_open and one.conflict == Expert.Conflict.UNKNOWN,
    }
