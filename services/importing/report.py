"""The account of an import: a table for the terminal, and a file for whoever mends the list."""

import csv
import io
import json
import unicodedata
from pathlib import Path

from django.utils.translation import gettext as _

from services.actions import Outcome
from services.importing.reasons import Weight
from services.importing.run import ImportResult

_COLUMNS = ("row", "outcome", "code", "message", "name")
_FORMULA = ("=", "+", "-", "@", "\t")


def summary(result: ImportResult) -> str:
    """Return the counts and a table of reasons."""
    total = _("共 %(rows)s 行：接受 %(accepted)s，修正后接受 %(repaired)s，拒绝 %(rejected)s") % {
        "rows": len(result.rows),
        "accepted": result.count(Weight.NOTE),
        "repaired": result.count(Weight.REPAIR),
        "rejected": result.count(Weight.REJECT),
    }
    effect = _("新增 %(created)s，更新 %(revised)s，没有变化 %(unchanged)s") % {
        "created": result.outcomes[Outcome.CREATED],
        "revised": result.outcomes[Outcome.REVISED] + result.outcomes[Outcome.CHANGED],
        "unchanged": result.outcomes[Outcome.UNCHANGED],
    }
    labels = {Weight.REJECT: _("拒绝"), Weight.REPAIR: _("修正"), Weight.NOTE: _("提示")}
    lines = [total, effect]
    if result.by_reason:
        lines += ["", _line(_("处理"), _("行数"), _("原因代码"), _("第一处说明"))]
        lines += [
            _line(labels[reason.weight], str(count), reason.code, message)
            for reason, count, message in result.by_reason
        ]
    return "\n".join(lines)


def _line(weight: str, count: str, code: str, message: str) -> str:
    return f"{_pad(weight, 6)}{_pad(count, 7)}{_pad(code, 32)}{message}".rstrip()


def _pad(text: str, width: int) -> str:
    """Pad to ``width`` columns of a terminal, where a Chinese character takes two."""
    used = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(1, width - used)


def write_report(result: ImportResult, path: Path) -> None:
    """Write the findings row by row: JSON for ``.json``, else CSV that a spreadsheet opens as UTF-8."""
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(result.report, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(entry[column]) for column in _COLUMNS] for entry in result.report)
    path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")


def _cell(value: object) -> str:
    """Return a cell that a spreadsheet takes for text, never for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
