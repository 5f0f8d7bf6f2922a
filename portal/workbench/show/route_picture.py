"""The review route of a case, drawn: what waits for what, who has it, and where the case is now."""

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.models import Branch, Case
from cases.states import OPEN_STATES, Outcome, State
from common.formatting import code_label, format_date, format_list
from portal.canvas import Canvas
from services import routes

_SIZE = 15.0
_GAP = 26.0  # between ranks: room for an arrow
_ACROSS = 4
_KINDS = {
    Branch.State.WAITING: "pic-box pic-frame",
    Branch.State.OPEN: "pic-box pic-you",
    Branch.State.AGREED: "pic-box pic-done",
    Branch.State.OPPOSED: "pic-box pic-bad",
}
_Edges = dict[str, tuple[float, float, float]]  # of a box: its middle, its upper and its lower edge


def pictures_of(case: Case) -> list[SafeString]:
    """The picture for a phone and for a wide page; none before a case is accepted or without a route."""
    branches = list(case.branches.all())
    if not branches:
        return []
    return [_draw(case, branches, is_wide=False), _draw(case, branches, is_wide=True)]


def spoken(case: Case, branches: Sequence[Branch]) -> str:
    """The same in words, in the order of the route."""
    names = {branch.stage.key: branch.stage.name for branch in branches}
    return "；".join(f"{branch.stage.name}：{'，'.join(_lines(branch, names)[1:])}" for branch in branches)


def _draw(case: Case, branches: Sequence[Branch], *, is_wide: bool) -> SafeString:
    canvas = Canvas(width=700 if is_wide else 300, size=_SIZE)
    known = {branch.stage.key: branch for branch in branches}
    stages = [branch.stage for branch in branches]
    names = {key: branch.stage.name for key, branch in known.items()}
    bottom = _end(canvas, 1, _("受理"), "pic-done")
    edges: _Edges = {}
    for rank in routes.ranks(stages):
        bottom = _rank(canvas, [known[key] for key in rank], names, bottom + _GAP, edges, is_wide=is_wide)
    boxes, canvas.parts = canvas.parts, []  # lines lie under boxes: one may pass behind a stage it does not touch
    _lines_between(canvas, stages, edges, bottom, is_wide=is_wide)
    canvas.parts += boxes
    words, kind = _decision(case, branches)
    _end(canvas, bottom + _GAP, words, kind)
    name = "route-wide" if is_wide else "route-narrow"
    return canvas.svg(
        name=name, title=_("审查路线图"), description=spoken(case, branches), kind=f"pic-{name.split('-')[1]}"
    )


def _lines_between(
    canvas: Canvas, stages: Sequence[routes.Stage], edges: _Edges, bottom: float, *, is_wide: bool
) -> None:
    middle, start = canvas.width / 2, _edge_of_start(canvas)
    if not is_wide:
        canvas.path([(middle, start), (middle, bottom)])
        canvas.arrow(middle, bottom + 2, bottom + _GAP)
        return
    needed = routes.waits_for(stages)
    heard = {stage.key for stage in stages if stage.lead}  # their opinions go to the lead beside them
    waited_for = heard.union(*needed.values())
    for key, (x, top, low) in edges.items():
        for former in needed[key]:
            _join(canvas, edges[former][0], edges[former][2], x, top)
        if not needed[key]:
            _join(canvas, middle, start, x, top)
        if key not in waited_for:
            _join(canvas, x, low, middle, bottom + _GAP)


def _edge_of_start(canvas: Canvas) -> float:
    """The lower edge of the first box, one line high."""
    return 1 + canvas.line + 1.3 * round(canvas.size * 0.65)


def _end(canvas: Canvas, y: float, words: str, kind: str) -> float:
    """A box in the middle: where the route begins, and where it ends."""
    width = 190.0
    return canvas.box((canvas.width - width) / 2, y, width, [(words, "pic-strong")], f"pic-box {kind}")


def _rank(
    canvas: Canvas, rank: Sequence[Branch], names: Mapping[str, str], y: float, edges: _Edges, *, is_wide: bool
) -> float:
    """Boxes that may run side by side: beside each other on a wide page, under each other on a phone."""
    across = min(len(rank), _ACROSS) if is_wide else 1
    each = (canvas.width - 2 - 14 * (across - 1)) / across if across > 1 else min(canvas.width - 2, 330.0)
    left = (canvas.width - each * across - 14 * (across - 1)) / 2
    for start in range(0, len(rank), across):
        lows = []
        for column, branch in enumerate(rank[start : start + across]):
            x = left + column * (each + 14)
            low = canvas.box(x, y, each, _texts(branch, names), _KINDS[Branch.State(branch.state)])
            edges[branch.stage.key] = (x + each / 2, y, low)
            lows.append(low)
        y = max(lows) + (10 if start + across < len(rank) else 0)
    return y


def _texts(branch: Branch, names: Mapping[str, str]) -> list[tuple[str, str]]:
    first, *rest = _lines(branch, names)
    return [(first, "pic-strong"), *((line, "pic-faint") for line in rest)]


def _lines(branch: Branch, names: Mapping[str, str]) -> list[str]:
    """What stands in a box: the stage, who has it, how it stands."""
    state = code_label(branch.get_state_display())
    if branch.state == Branch.State.OPEN:
        due = _("，%(day)s前") % {"day": format_date(branch.due_on)} if branch.due_on else ""
        state = _("现在在这里") + due
    elif branch.state == Branch.State.WAITING:
        first = format_list(names[key] for key in branch.stage.after if key in names)
        state = _("等%(names)s办完") % {"names": first} if first else state
    lead = _("参加“%(name)s”") % {"name": names[branch.stage.lead]} if branch.stage.lead in names else ""
    who = f"{branch.department.short_name} · {branch.post.name}"
    return list(filter(None, [branch.stage.name, who, lead, state]))


def _decision(case: Case, branches: Sequence[Branch]) -> tuple[str, str]:
    if case.outcome:
        kind = "pic-done" if case.outcome == Outcome.APPROVED else "pic-bad"
        return _("决定：%(outcome)s") % {"outcome": code_label(case.get_outcome_display())}, kind
    if case.state not in OPEN_STATES:
        return str(code_label(case.get_state_display())), "pic-bad"
    is_here = case.state == State.IN_REVIEW and all(branch.state != Branch.State.OPEN for branch in branches)
    return (_("决定（现在在这里）"), "pic-you") if is_here else (_("决定"), "pic-frame")


def _join(canvas: Canvas, x: float, start: float, to: float, end: float) -> None:
    """A line down, across and down again, ending in an arrow."""
    turn = end - _GAP / 2
    canvas.path([(x, start), (x, turn), (to, turn), (to, end)])
    canvas.path([(to - 5, end - 7), (to, end), (to + 5, end - 7)])
