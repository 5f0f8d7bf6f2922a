"""Regions a list needs: where they stand in the tree, and creating those that the person importing named."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from identity.actor import Actor
from identity.models import Region
from identity.staff.actions.places import save_region
from services.importing.errors import RegionOptionInvalid, RegionUnknown
from services.importing.repairs import region_code

_MUNICIPALITIES = ("11", "12", "31", "50")  # their districts stand under the municipality itself


def level_of(code: str) -> Region.Level:
    """Return the level of a region code in short form (6, 9 or 12 digits)."""
    if len(code) > 6:
        return Region.Level.TOWNSHIP if len(code) == 9 else Region.Level.VILLAGE
    if code.endswith("0000"):
        return Region.Level.PROVINCE
    return Region.Level.CITY if code.endswith("00") else Region.Level.COUNTY


def parent_of(code: str) -> str:
    """Return the code of the region above, empty for a province."""
    match level_of(code):
        case Region.Level.PROVINCE:
            return ""
        case Region.Level.CITY:
            return f"{code[:2]}0000"
        case Region.Level.COUNTY:
            return f"{code[:2]}0000" if code[:2] in _MUNICIPALITIES else f"{code[:4]}00"
        case _:
            return code[:-3]


def parse_options(options: Iterable[str]) -> dict[str, str]:
    """Read ``CODE:NAME`` options; raises :class:`RegionOptionInvalid`."""
    named: dict[str, str] = {}
    for option in options:
        text, _colon, name = option.replace("：", ":").partition(":")
        try:
            code = region_code(text)
        except ValueError as error:
            raise RegionOptionInvalid(option=option, problem=_("代码应为 6、9 或 12 位数字")) from error
        if not name.strip() or len(name.strip()) > 60:
            raise RegionOptionInvalid(option=option, problem=_("请写成 代码:名称，例如 511602:广安区"))
        named[code] = name.strip()
    return named


def create_regions(actor: Actor, *, named: Mapping[str, str]) -> None:
    """Create the named regions, upper ones first; those that exist keep their name.

    Raises :class:`RegionUnknown` when a region above one of them neither exists nor is named.
    """
    wanted = {code for start in named for code in _upwards(start)}
    known = {region.code: region for region in Region.objects.filter(code__in=wanted)}
    above = [parent_of(code) for code in named if code not in known]
    missing = missing_options(above, [*known, *named])
    if missing:
        raise unknown_regions(missing)
    for code in sorted(named, key=level_of):
        if code not in known:
            parent = known.get(parent_of(code))
            known[code] = save_region(actor, code=code, name=named[code], level=level_of(code), parent=parent)


def missing_options(wanted: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the codes, upper ones first, that have to be created for ``wanted`` to stand in the tree."""
    missing = {
        code for start in wanted for code in itertools.takewhile(lambda code: code not in known, _upwards(start))
    }
    return sorted(missing, key=lambda code: (level_of(code), code))


def unknown_regions(missing: list[str]) -> RegionUnknown:
    """Return the error that names the regions and the options that create them."""
    options = " ".join(f'--create-region "{code}:{_("名称")}"' for code in missing)
    return RegionUnknown(regions="、".join(missing), options=options)


def _upwards(code: str) -> Iterator[str]:
    while code:
        yield code
        code = parent_of(code)
