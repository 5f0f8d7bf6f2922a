"""Two versions of a directory entry side by side, element by element, in words; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from common.formatting import code_label
from services import codes
from services.editing.labels import field_label
from services.models import DirectoryVersion

_TEXTS = ("name", "division", "power_content", "note")


@dataclass(frozen=True, slots=True)
class Pair:
    """One element: what it is called, what each version says (a line each), and whether that differs."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the versions differ in it."""
        return self.before != self.after


def elements(version: DirectoryVersion) -> list[tuple[str, tuple[str, ...]]]:
    """Every element of a version with its label and what it says; nothing for an empty one."""
    texts = {name: (getattr(version, name),) if getattr(version, name) else () for name in _TEXTS}
    dates = {
        name: (day.isoformat(),) if (day := getattr(version, name)) else () for name in ("effective_on", "cancel_on")
    }
    return [
        (field_label("name"), texts["name"]),
        (_("事项状态"), (code_label(version.get_standing_display()),)),
        (field_label("use_levels"), _named(version.use_levels, codes.UseLevel)),
        (field_label("legal_bases"), tuple(basis_words(one) for one in version.legal_bases)),
        (field_label("audience"), _named(version.audience, codes.Audience)),
        (field_label("division"), texts["division"]),
        (field_label("power_content"), texts["power_content"]),
        (_("生效日期"), dates["effective_on"]),
        (field_label("cancel_on"), dates["cancel_on"]),
        (_("说明"), texts["note"]),
    ]


def _named(values: Iterable[str], names: Any) -> tuple[str, ...]:
    known = dict(names.choices)
    return tuple(code_label(known.get(value, value)) for value in values)


def basis_words(basis: Mapping[str, Any]) -> str:
    """One 设定依据 in a line: law, article, number, kind, who issued it and since when, and what it says."""
    head = f"《{basis.get('law', '')}》{basis.get('article', '')}"
    since = basis.get("since")
    facts = [
        basis.get("kind"),
        basis.get("number"),
        basis.get("issuer"),
        _("%(day)s 起施行") % {"day": since} if since else "",
    ]
    said = [str(one) for one in facts if one]
    told = f"（{'，'.join(said)}）" if said else ""
    gist = basis.get("gist")
    return f"{head}{told}{_('：%(gist)s') % {'gist': gist} if gist else ''}"


def side_by_side(old: DirectoryVersion, new: DirectoryVersion) -> list[Pair]:
    """Pair the elements of two versions; those that are empty in both are left out."""
    rows = zip(elements(old), elements(new), strict=True)
    return [Pair(label, before, after) for (label, before), (_label, after) in rows if before or after]
