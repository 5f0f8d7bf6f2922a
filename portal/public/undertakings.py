"""What somebody promised or brings later, and what a department says about it, as the applicant sees it."""

from collections.abc import Iterable
from typing import Any

from cases.models import Breach, Case, Undertaking

_State = Undertaking.State
_TONES = {
    _State.WAITING: "plain",
    _State.OPEN: "amber",
    _State.TRUE: "jade",
    _State.SUPPLIED: "jade",
    _State.FALSE: "red",
    _State.MISSED: "red",
    _State.VOID: "plain",
}


def undertakings_of(case: Case, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The undertakings of a case page and the records that grew out of them; no query of its own."""
    found = [_line(case, row) for row in rows if getattr(row["row"], "undertaking", None) is not None]
    breaches = [line["breach"] for line in found if line["breach"]]
    return {"undertakings": found, "breaches": breaches}


def _line(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    one: Undertaking = row["row"].undertaking
    is_deferred = one.kind == Undertaking.Kind.DEFERRED
    is_running = case.state in {"submitted", "accepted", "in_review", "suspended"}
    return {
        **row,
        "one": one,
        "tone": _TONES[_State(one.state)],
        "may_supply": is_deferred and is_running and one.state in {_State.WAITING, _State.OPEN},
        "breach": _breach(one),
    }


def _breach(one: Undertaking) -> Breach | None:
    return getattr(one, "breach", None)
