"""What ``bench/once_only.py`` counts, why a paper had to be handed in all the same, and the tables it prints."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from certificates.choosing import Cause, Resolution
from services.models import MaterialRequirement

_PAPERS = 15  # that the account names one by one


@dataclass
class Totals:
    """What was counted. ``with`` and ``without`` are with reuse and with reuse off.

    ``rest``: materials that were still handed in, by reason; ``papers``: by (item, material, reason).
    """

    counts: Counter[str] = field(default_factory=Counter)  # cases, required, promised, grants
    handed_in: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    rest: Counter[str] = field(default_factory=Counter)
    papers: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, other: "Totals") -> None:
        """Take what was counted elsewhere in."""
        for one in fields(self):
            getattr(self, one.name).update(getattr(other, one.name))


def spared(counted: Counter[str]) -> float:
    """The share that reuse spares, 0 to 1."""
    return round(1 - counted["with"] / counted["without"], 3) if counted["without"] else 0.0


_CAUSES = {
    Cause.EXPIRED: "the certificate's term is over",
    Cause.SUSPENDED: "the certificate is suspended",
    Cause.ENDED: "the certificate was cancelled",
    Cause.STALE: "compared too long ago for this item",
    Cause.REFUSED: "the person wants nothing taken over",
    Cause.SELF_MADE: "written for this errand (forms, plans, statements): no original, made anew",
}


def reason(material: MaterialRequirement, resolution: Resolution) -> str:
    """Why a material had to be handed in although reuse is on."""
    told = next((one.cause for one in resolution.passed if one.cause in _CAUSES), None)
    if told:
        return _CAUSES[told]
    if material.is_self_made:
        return "written for this errand (forms, plans, statements): no original, made anew"
    if material.satisfied_by.all():
        return "the store does not hold the certificate (never issued electronically, not this holder's)"
    if material.kind or material.pieces:
        return "first time this kind of paper is asked of the holder"
    return "the catalogue names neither a certificate nor a kind"


def account(totals: Totals) -> str:
    """The tables: with reuse and with reuse off, how materials were met, and why the rest was handed in."""
    return "\n".join([*_compared(totals), *_met(totals), *_rest(totals)])


def _compared(totals: Totals) -> Iterator[str]:
    yield f"{totals.counts['cases']} cases. The same journeys:{'reuse off':>17}{'reuse on':>12}{'spared':>9}"
    for name in ("handed_in", "fields", "visits"):
        counted: Counter[str] = getattr(totals, name)
        label = {"handed_in": "materials handed in", "fields": "fields typed", "visits": "visits"}[name]
        yield f"  {label:<38}{counted['without']:>11}{counted['with']:>12}{spared(counted):>9.1%}"


def _met(totals: Totals) -> Iterator[str]:
    counts = totals.counts
    yield f"{counts['required']} materials required, {counts['promised']} of them by declaration either way; met by:"
    yield from (f"  {count:>9}  {way}" for way, count in totals.ways.most_common())
    yield f"{counts['grants']} purpose-bound grants were given for them and ended with their case"


def _rest(totals: Totals) -> Iterator[str]:
    left, off = totals.handed_in["with"], totals.handed_in["without"]
    yield f"Why {left} materials were handed in although reuse is on (share of them, share of all with reuse off):"
    for why, count in totals.rest.most_common():
        yield f"  {count:>9}{count / max(left, 1):>8.1%}{count / max(off, 1):>8.1%}  {why}"
    yield "The papers among them that are handed in most:"
    for (item, material, why), count in totals.papers.most_common(_PAPERS):
        yield f"  {count:>9}{count / max(left, 1):>8.1%}  {item} · {material}: {why}"
