"""A name written with a finger on the display: lines of points, checked, kept encrypted, drawn where it is printed.

Only numbers are taken, never a picture: there is no file of somebody else's to open.
"""

import json
from collections.abc import Sequence
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from cases.assisting.errors import HandwritingUnusable
from cases.assisting.models import Assistance
from cases.models import Case, JointItem
from cases.signing.rules import digest_of

WIDTH, HEIGHT = 1000, 400  # of the field, whatever the screen's size
LARGEST = 60_000  # characters that are read at all
_MOST_LINES, _MOST_POINTS = 80, 4000
_LEAST_INK = 150  # a tap is no name
_PEN = 'fill="none" stroke="#111" stroke-width="9" stroke-linecap="round" stroke-linejoin="round"'
Lines = list[list[int]]  # of each line x, y, x, y, …


def checked(text: str) -> Lines:
    """The lines that a display sent as JSON; none for an empty text. Raises :class:`HandwritingUnusable`."""
    if not text:
        return []
    if len(text) > LARGEST:
        raise HandwritingUnusable
    try:
        lines = json.loads(text)
    except (ValueError, RecursionError):
        raise HandwritingUnusable from None
    if not isinstance(lines, list) or len(lines) > _MOST_LINES or not all(map(_is_line, lines)):
        raise HandwritingUnusable
    if sum(map(len, lines)) > 2 * _MOST_POINTS:
        raise HandwritingUnusable
    if lines and sum(map(_ink, lines)) < _LEAST_INK:
        raise HandwritingUnusable
    return lines


def _is_line(line: object) -> bool:
    if not isinstance(line, list) or len(line) < 2 or len(line) % 2:
        return False
    if not all(type(number) is int for number in line):  # True would be a number too
        return False
    return all(0 <= x <= WIDTH for x in line[::2]) and all(0 <= y <= HEIGHT for y in line[1::2])


def _ink(line: Sequence[int]) -> int:
    """How far the finger went, roughly."""
    return sum(abs(to - come) for axis in (line[::2], line[1::2]) for come, to in pairwise(axis))


def digest(lines: Lines) -> str:
    """SHA-256 of the lines, which the signature names; empty without any."""
    return digest_of({"lines": lines}) if lines else ""


def drawn(case: Case) -> SafeString:
    """What was written under this very signature, as SVG for the printed form; empty where nothing was."""
    signature = getattr(case, "signature", None)
    wanted = signature.content.get("handwriting", "") if signature else ""
    if not wanted:
        return SafeString("")
    for row in _sessions(case):
        if digest(row.handwriting) == wanted:
            return _svg(row.handwriting)
    return SafeString("")


def _sessions(case: Case) -> Sequence[Assistance]:
    joint = JointItem.objects.filter(case=case).values("joint")
    done = Assistance.objects.filter(state=Assistance.State.DONE)
    return [*done.filter(case=case).order_by("-pk"), *done.filter(joint__in=joint).order_by("-pk")]


def _svg(lines: Lines) -> SafeString:
    """Numbers of ours only: nothing that was sent stands in it as text."""
    paths = (" ".join(f"{x} {y}" for x, y in zip(line[::2], line[1::2], strict=True)) for line in lines)
    body = "".join(f'<polyline points="{points}" {_PEN}/>' for points in paths)
    return mark_safe(f'<svg class="handwriting" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{body}</svg>')


def forget(case: Case, *, is_last_of_joint: bool) -> None:
    """Let go of what was written for a case whose records are destroyed."""
    Assistance.objects.filter(case=case).update(handwriting=[])
    if is_last_of_joint:
        Assistance.objects.filter(joint__items__case=case).update(handwriting=[])
