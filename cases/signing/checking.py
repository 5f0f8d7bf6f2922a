"""Does a case still say what was signed? Reads what is loaded: no query for the page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case, CaseMaterial, Notice, Undertaking
from cases.signing.models import Signature
from cases.signing.rules import content_of, digest_of, method_name
from cases.states import State
from services.forms import visible_steps


@dataclass(frozen=True, slots=True)
class Finding:
    """What the comparison found. ``state`` is same, recorded (only changes that are on record), different or none."""

    state: str
    signature: Signature | None = None
    recorded: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """How whoever signed proved who they are, in words."""
        return method_name(self.signature.method) if self.signature else ""


def check(case: Case) -> Finding:
    """Compare a case with what was signed; load it with :func:`cases.queries.get_case`.

    ``different`` names what nobody's recorded act explains: the stored data were changed past the product.
    """
    signature = getattr(case, "signature", None)
    if signature is None:
        return Finding("none")
    different = []
    if digest_of(signature.content) != signature.digest:
        different.append(_("签名记录本身"))
    if not _receipt_agrees(case, signature):
        different.append(_("回执上的摘要"))
    live, signed = content_of(case, case.materials.all()), signature.content
    different += [words for key, words in _HEAD.items() if live[key] != signed.get(key)]
    recorded: list[str] = []
    _answers(case, live["answers"], signed.get("answers", {}), recorded, different)
    _materials(case, live["materials"], signed.get("materials", {}), recorded, different)
    state = "different" if different else "recorded" if recorded else "same"
    return Finding(state, signature, tuple(recorded), tuple(different))


_HEAD = {"number": "办件编号", "item": "事项", "item_version": "事项版本", "situation": "办理情形"}


def _receipt_agrees(case: Case, signature: Signature) -> bool:
    """The sealed receipt carries the digest of the first signature; that of the one correction names it."""
    receipts = [notice for notice in case.notices.all() if notice.kind == Notice.Kind.RECEIPT]
    printed = next((one.content["digest"] for one in receipts if "digest" in one.content), "")
    return not printed or printed in {signature.digest, signature.follows}


def _answers(
    case: Case, live: Mapping[str, Any], signed: Mapping[str, Any], recorded: list[str], different: list[str]
) -> None:
    labels = {spec.key: spec.label for step in visible_steps(case.item_version, case.situation) for spec in step.fields}
    for key in dict.fromkeys([*signed, *live]):
        if live.get(key) == signed.get(key):
            continue
        answer = case.answers.get(key, {})
        is_taken_over = "was" in answer and key in signed and answer["was"] == signed[key]["value"]
        (recorded if is_taken_over else different).append(str(labels.get(key, key)))


def _materials(
    case: Case, live: Mapping[str, Any], signed: Mapping[str, Any], recorded: list[str], different: list[str]
) -> None:
    rows: dict[str, CaseMaterial] = {}
    for row in case.materials.all():
        rows[f"{row.requirement.key}#{row.piece}" if row.piece else row.requirement.key] = row
    for key in dict.fromkeys([*signed, *live]):
        if live.get(key) == signed.get(key):
            continue
        name = str((live.get(key) or signed[key])["name"])
        (recorded if _is_on_record(case, rows.get(key)) else different).append(name)


def _is_on_record(case: Case, row: CaseMaterial | None) -> bool:
    """Supplied later as undertaken, or just being corrected: the correction is signed when it is handed in."""
    if row is None:
        return False
    undertaking = getattr(row, "undertaking", None)
    is_supplied = undertaking is not None and undertaking.state == Undertaking.State.SUPPLIED
    return is_supplied or (case.state == State.CORRECTING and bool(row.correction))
