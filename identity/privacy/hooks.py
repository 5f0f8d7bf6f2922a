"""What the other rooms add to people's rights over their data. Upper rooms register at start-up.

A room gives up to four functions: what a copy of somebody's data holds, what hinders closing an account, what ends
with it at once, and what is erased after the days for a change of mind. All but the first run in the transaction of
the closing, or of the erasing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from identity.models import Party

Row = dict[str, object]  # plain name of a datum → text, number, date or a list of rows


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file in a copy: the folder and name it gets, and how its content is read when its turn comes."""

    folder: str
    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """One chapter of a copy: ``key`` names its JSON file, ``title`` its heading."""

    key: str
    title: str
    rows: list[Row]
    files: list[CopiedFile] = field(default_factory=list)


Collect = Callable[[Party], Iterable[Part]]
Hinder = Callable[[Party], list[str]]  # what must be finished first, each in one plain clause
Close = Callable[[Party], int]
Erase = Callable[[Party], int]

_collectors: list[Collect] = []
_hinderers: list[Hinder] = []
_closers: list[Close] = []
_erasers: list[Erase] = []


def register(
    *,
    collect: Collect | None = None,
    hinder: Hinder | None = None,
    close: Close | None = None,
    erase: Erase | None = None,
) -> None:
    """Add a room's functions; registering the same one again changes nothing.

    Erasers run last registered first: an upper room lets go of what a lower one then erases.
    """
    if collect and collect not in _collectors:
        _collectors.append(collect)
    if hinder and hinder not in _hinderers:
        _hinderers.append(hinder)
    if close and close not in _closers:
        _closers.append(close)
    if erase and erase not in _erasers:
        _erasers.append(erase)


def parts_of(party: Party) -> list[Part]:
    """Everything the rooms hold about a party, in the order of registration."""
    return [part for collect in _collectors for part in collect(party)]


def hindrances_of(party: Party) -> list[str]:
    """What must be finished before the account of a person is closed."""
    return [text for hinder in _hinderers for text in hinder(party)]


def close_of(party: Party) -> int:
    """End what ends with the account, while its phone and its person are still as they were; returns how many."""
    return sum(close(party) for close in _closers)


def erase_of(party: Party) -> int:
    """Erase what no law keeps; returns how many things were erased."""
    return sum(erase(party) for erase in reversed(_erasers))
