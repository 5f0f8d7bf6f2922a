"""What upper rooms know about a place that is to be closed: they register at start-up, this room imports none."""

from collections.abc import Callable

from identity.models import Department, Post, Region

Check = Callable[[Region | Department | Post], str]
_checks: list[Check] = []


def before_closing(check: Check) -> None:
    """Register a check that names what is still open in a place ('' for nothing); twice is once."""
    if check not in _checks:
        _checks.append(check)


def still_open(place: Region | Department | Post) -> str:
    """The first thing that keeps a place open, in plain words, or ''."""
    return next((what for check in _checks if (what := check(place))), "")
