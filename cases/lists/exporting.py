"""A list of cases as a file, personal data masked: CSV with a byte-order mark, or a workbook."""

import io
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from cases.models import Case
from cases.visibility import visible_to
from common.formatting import code_label
from common.lines import as_text, csv_line
from common.masking import mask_id, mask_name
from identity.actor import Actor
from identity.models import Party

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 500


def heading() -> list[str]:
    """The names of the columns."""
    names = (_("办件编号"), _("事项"), _("部门"), _("申请人"), _("证件号码"), _("状态"), _("结果"))
    return [*names, _("收到"), _("受理"), _("承诺到期"), _("法定到期")]


def lines(cases: Iterable[Case]) -> Iterator[list[str]]:
    """A line for each case."""
    for case in cases:
        name, code = _masked(case.applicant)
        days = (case.received_on, case.accepted_on, case.promise_due_on, case.statutory_due_on)
        yield [
            case.number or "",
            case.item_version.name,
            case.department.name,
            name,
            code,
            code_label(case.get_state_display()),
            code_label(case.get_outcome_display()) if case.outcome else "",
            *(day.isoformat() if day else "" for day in days),
        ]


def read_cases(actor: Actor, case_ids: list[UUID]) -> Iterator[list[Case]]:
    """The cases that the actor may know of, in the order asked for, some hundred at a time."""
    shown = visible_to(actor).select_related(
        "item_version", "department", "applicant__person", "applicant__organisation"
    )
    for start in range(0, len(case_ids), _CHUNK):
        part = case_ids[start : start + _CHUNK]
        found = shown.in_bulk(part)
        yield [found[key] for key in part if key in found]


def write(form: str, rows: Iterable[list[str]]) -> bytes:
    """The file: ``form`` is csv or xlsx; what a spreadsheet would take for a formula is written as text."""
    if form == "csv":
        return ("\ufeff" + csv_line(heading()) + "".join(map(csv_line, rows))).encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("办件"))
    sheet.append(heading())
    for row in rows:
        sheet.append([as_text(ILLEGAL_CHARACTERS_RE.sub("", value)) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _masked(party: Party) -> tuple[str, str]:
    if party.kind == Party.Kind.ORGANISATION:
        return party.organisation.name, party.organisation.uscc
    return mask_name(party.person.name), mask_id(party.person.id_number)
