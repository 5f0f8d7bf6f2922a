"""Where a certificate came from and what came of it, drawn: in five columns on a wide page, downwards on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.provenance import Proof, Provenance, Step
from certificates.queries import state_now
from portal.canvas import Canvas

_WIDE, _NARROW, _SIZE = 960.0, 320.0, 13.0
_COLUMN, _GAP, _BETWEEN = 176.0, 19.5, 12.0  # five columns and the four gaps between them

_Texts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Node:
    texts: _Texts
    kind: str


def draw(found: Provenance, *, is_wide: bool) -> SafeString:
    """The picture; what it says stands in the table too."""
    canvas = Canvas(width=_WIDE if is_wide else _NARROW, size=_SIZE)
    if is_wide:
        _draw_wide(canvas, found)
    else:
        _draw_narrow(canvas, found)
    kind = "wide" if is_wide else "narrow"
    words = {"proofs": len(found.proofs), "cases": len(found.uses) + found.more_uses, "elsewhere": found.elsewhere}
    spoken = _(
        "来源材料 %(proofs)s 份；用到它的办件 %(cases)s 件；其他部门的决定 %(elsewhere)s 件。下面有同样内容的表格。"
    )
    return canvas.svg(name=f"provenance-{kind}", title=_("来龙去脉"), description=spoken % words, kind=f"pic-{kind}")


def _this(found: Provenance) -> _Node:
    certificate = found.certificate
    state = state_now(certificate)
    kind = "pic-box pic-done" if state == certificate.State.VALID else "pic-box pic-bad"
    return _Node(
        [(certificate.type.name, "pic-strong"), (certificate.number, ""), (str(state.label), "pic-faint")], kind
    )


def _proof(proof: Proof) -> _Node:
    kind = "pic-box" if proof.is_good else "pic-box pic-bad"
    return _Node([(proof.name, "pic-strong"), (proof.note, ""), (proof.state, "pic-faint")], kind)


def _case(step: Step) -> _Node:
    state = f"{step.state} · {_('依据有变')}" if step.is_flagged else step.state
    kind = "pic-box pic-bad" if step.is_flagged else "pic-box pic-you"
    return _Node([(step.item, "pic-strong"), (step.number, ""), (state, "pic-faint")], kind)


def _origin(found: Provenance) -> _Node | None:
    if found.origin is not None:
        return _case(found.origin)
    if found.is_origin_elsewhere:
        return _Node([(_("来自本岗位看不到的办件"), "pic-faint")], "pic-box pic-aside")
    return None


def _notes(found: Provenance) -> list[_Node]:
    """What is counted and not drawn."""
    notes = []
    if found.more_uses:
        notes.append(_("另有 %(count)s 件没有画出") % {"count": found.more_uses})
    if found.elsewhere:
        notes.append(_("其他部门据此作出的决定 %(count)s 件，见决定清单") % {"count": found.elsewhere})
    return [_Node([(note, "pic-faint")], "pic-box pic-aside") for note in notes]


def _height(node: _Node, width: float) -> float:
    return Canvas(width=width, size=_SIZE).box(0, 0, width, node.texts, node.kind)


def _left(column: int) -> float:
    return 1 + column * (_COLUMN + _GAP)


def _draw_wide(canvas: Canvas, found: Provenance) -> None:
    proofs = [_proof(proof) for proof in found.proofs]
    rows: list[tuple[_Node, _Node | None]] = [
        (_case(step), _proof(step.result) if step.result else None) for step in found.uses
    ]
    rows += [(note, None) for note in _notes(found)]
    heights = [max(_height(node, _COLUMN) for node in row if node) for row in rows]
    tall = max(_stack([_height(one, _COLUMN) for one in proofs]), _stack(heights), _height(_this(found), _COLUMN))
    middle = tall / 2 + 1
    centre = _place(canvas, _this(found), 2, middle)
    origin = _origin(found)
    if origin is not None:
        _place(canvas, origin, 1, middle)
        _line(canvas, 1, middle, centre)
        y = middle - _stack([_height(one, _COLUMN) for one in proofs]) / 2
        for node in proofs:
            high = _height(node, _COLUMN)
            _line(canvas, 0, _place(canvas, node, 0, y + high / 2), middle)
            y += high + _BETWEEN
    y = middle - _stack(heights) / 2
    for (case, result), high in zip(rows, heights, strict=True):
        at = _place(canvas, case, 3, y + high / 2)
        _line(canvas, 2, centre, at)
        if result is not None:
            _line(canvas, 3, at, _place(canvas, result, 4, y + high / 2))
        y += high + _BETWEEN


def _stack(heights: Sequence[float]) -> float:
    return sum(heights) + _BETWEEN * max(0, len(heights) - 1)


def _place(canvas: Canvas, node: _Node, column: int, middle: float) -> float:
    """Draw a box around a height; returns that height."""
    canvas.box(_left(column), middle - _height(node, _COLUMN) / 2, _COLUMN, node.texts, node.kind)
    return middle


def _line(canvas: Canvas, column: int, start: float, end: float) -> None:
    """An arrow from the right edge of a column to the left edge of the next."""
    left, right = _left(column) + _COLUMN, _left(column + 1)
    turn = (left + right) / 2
    canvas.path([(left, start), (turn, start), (turn, end), (right - 2, end)])
    canvas.path([(right - 8, end - 4), (right - 2, end), (right - 8, end + 4)])


def _draw_narrow(canvas: Canvas, found: Provenance) -> None:
    width, y = canvas.width - 2, 1.0
    origin = _origin(found)
    if origin is not None:
        for proof in found.proofs:
            y = canvas.box(1, y, width, _proof(proof).texts, _proof(proof).kind) + 6
        y = _down(canvas, y) if found.proofs else y
        y = canvas.box(1, y, width, origin.texts, origin.kind)
        y = _down(canvas, y)
    y = canvas.box(1, y, width, _this(found).texts, _this(found).kind)
    below: list[tuple[_Node, Proof | None]] = [(_case(step), step.result) for step in found.uses]
    below += [(note, None) for note in _notes(found)]
    if below:
        y = _down(canvas, y)
    for node, result in below:
        y = canvas.box(1, y, width, node.texts, node.kind)
        if result is not None:
            canvas.path([(18, y), (18, y + 12), (30, y + 12)])
            y = canvas.box(32, y + 4, width - 31, _proof(result).texts, _proof(result).kind)
        y += _BETWEEN


def _down(canvas: Canvas, y: float) -> float:
    canvas.arrow(canvas.width / 2, y + 2, y + 22)
    return y + 26
