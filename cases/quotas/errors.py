"""Refusals of a grant where only so many are granted (行政许可法第五十七条)."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict


class QuotaTurn(Conflict):
    """Cases accepted earlier are not decided yet, and what is free is theirs first."""

    code = "case.quota_turn"
    message = _("这个事项有数量限制，按受理的先后顺序决定：受理在前的还有 %(count)s 件没有决定%(which)s。")
    what_to_do = _(
        "请先决定受理在前的；空着的名额多于前面的件数时，这件也可以准予。不符合条件的，现在就可以作出不予决定。"
    )


class QuotaFull(Conflict):
    """No place is free."""

    code = "case.quota_full"
    message = _("这个事项一共 %(places)s 个名额，已经用完，现在不能准予。")
    what_to_do = _(
        "请说明理由作出不予决定（行政许可法第三十八条第二款）；办理期限以内有名额空出来的，也可以等空出来再准予。"
    )
