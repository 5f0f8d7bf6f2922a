"""What officers wrote on a case under review, as the case page shows it."""

import datetime as dt
from typing import Any

from cases.models import Case, RouteEntry
from cases.routes.visits import RESULTS
from common.formatting import code_label

_Kind = RouteEntry.Kind


def remarks_of(case: Case) -> list[dict[str, Any]]:
    """Comments, returns, transfers and recusals, oldest first."""
    shown = []
    for entry in case.route_entries.all():
        if entry.kind == _Kind.VISIT:
            continue
        shown.append(
            {
                "who": entry.author,
                "at": entry.created_at,
                "kind": "" if entry.kind == _Kind.COMMENT else code_label(entry.get_kind_display()),
                "text": entry.text,
                "former": entry.detail.get("stages", ()),
            }
        )
    return shown


def visits_of(case: Case) -> list[dict[str, Any]]:
    """The records of site visits, oldest first."""
    stages = {branch.pk: branch.stage.name for branch in case.branches.all()}
    return [
        {
            "id": entry.pk,
            "stage": stages.get(entry.branch_id, "") if entry.branch_id else "",
            "on": dt.date.fromisoformat(entry.detail["on"]),
            "officers": f"{entry.name}、{entry.detail['second']}",
            "present": entry.detail["present"],
            "checks": [(one["text"], code_label(RESULTS[one["result"]])) for one in entry.detail["checks"]],
            "finding": entry.text,
            "photos": range(1, entry.detail.get("photos", 0) + 1),
        }
        for entry in case.route_entries.all()
        if entry.kind == _Kind.VISIT
    ]
