"""An item of which only so many are granted, in plain words: on its guide, and to somebody who waits."""

from django.utils.translation import gettext as _

from cases.models import Case
from cases.quotas.standing import Standing, standing_of, standing_of_item
from cases.states import State
from services.models import ServiceItem

_WAITING = frozenset({State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})
_NOT_ACCEPTED = frozenset({State.SUBMITTED, State.CORRECTING})


def guide_words(item: ServiceItem) -> list[str]:
    """What the guide of a limited item says beside its own text; nothing for others (no query then)."""
    standing = standing_of_item(item)
    if standing is None:
        return []
    return [text for text in (_places(standing), _order(standing), _in_line(standing)) if text]


def _places(standing: Standing) -> str:
    if standing.quota.places is None:
        return ""
    values = {"places": standing.quota.places, "free": standing.free}
    if standing.is_full:
        text = (
            _("今年的 %(places)s 个名额已经用完。") if standing.quota.is_of_year else _("%(places)s 个名额已经用完。")
        )
    elif standing.quota.is_of_year:
        text = _("今年一共 %(places)s 个名额，现在还有 %(free)s 个。")
    else:
        text = _("一共 %(places)s 个名额，现在还有 %(free)s 个。")
    return text % values


def _order(standing: Standing) -> str:
    if standing.quota.is_by_turn:
        return _("都符合条件的，按受理的先后顺序决定：先受理的先得。")
    return ""  # the item's own text says in which order, and by which law


def _in_line(standing: Standing) -> str:
    if not standing.ahead:
        return ""
    return _("已经受理、还没有决定的有 %(count)s 件。") % {"count": standing.ahead}


def waiting_words(case: Case) -> list[str]:
    """What somebody who waits for a decision is told of their place; nothing for other items (no query then)."""
    standing = standing_of(case) if case.state in _WAITING else None
    if standing is None:
        return []
    first = _your_place(case, standing) if standing.quota.is_by_turn else _("本事项有数量限制。")
    return [text for text in (first, _places(standing)) if text]


def _your_place(case: Case, standing: Standing) -> str:
    values = {"count": standing.ahead}
    if case.state in _NOT_ACCEPTED:
        text = _(
            "本事项有数量限制，按受理的先后顺序决定。您的申请受理以后开始排队，"
            "现在已经受理、还没有决定的有 %(count)s 件。"
        )
        return text % values
    if standing.ahead:
        return _("本事项有数量限制，按受理的先后顺序决定，您前面还有 %(count)s 件。") % values
    return _("本事项有数量限制，按受理的先后顺序决定，受理在您前面的都已经决定。")
