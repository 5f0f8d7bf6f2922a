"""Real-name levels (实名等级 一–五): one table says what each allows, one helper asks for it."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.actor import Actor, ActorKind
from identity.errors import AssuranceTooLow

SELF_DECLARED = 2
REGISTER_AGREES = 3
FACE_AGREES = 4
HIGHEST = 5


class Right(StrEnum):
    """What a citizen may do once the level is high enough."""

    BROWSE = "browse"
    CONSULT = "consult"
    APPLY = "apply"
    USE_CERTIFICATES = "use_certificates"
    AUTHORISE = "authorise"


# The lowest level for each right. An item may ask more for its own applications (``ItemVersion.assurance_level``).
NEEDED = {
    Right.BROWSE: 0,
    Right.CONSULT: SELF_DECLARED,
    Right.APPLY: SELF_DECLARED,
    Right.USE_CERTIFICATES: REGISTER_AGREES,
    Right.AUTHORISE: FACE_AGREES,
}
RIGHT_NAMES = {
    Right.BROWSE: gettext_lazy("查事项、看指南、核验证照"),
    Right.CONSULT: gettext_lazy("咨询"),
    Right.APPLY: gettext_lazy("在线申请"),
    Right.USE_CERTIFICATES: gettext_lazy("下载和出示电子证照"),
    Right.AUTHORISE: gettext_lazy("代表单位或授权他人办理"),
}


@dataclass(frozen=True, slots=True)
class RightLine:
    """One line of the table as a person sees it."""

    name: str
    needed: str
    has: bool


def name_of(level: int) -> str:
    """The level's name by ``settings.REAL_NAME_LEVELS``; the bare number for a level without one."""
    return str(settings.REAL_NAME_LEVELS.get(level, level))


def has(actor: Actor, right: Right, *, at_least: int = 0) -> bool:
    """Tell whether the actor's level gives ``right``. Levels bind citizens and visitors; staff have posts."""
    if actor.kind in {ActorKind.STAFF, ActorKind.SYSTEM}:
        return True
    return actor.assurance_level >= max(NEEDED[right], at_least)


def require(actor: Actor, right: Right, *, at_least: int = 0) -> None:
    """Raise :class:`AssuranceTooLow` unless the level gives ``right``; ``at_least`` is an item's own demand."""
    if not has(actor, right, at_least=at_least):
        needed = max(NEEDED[right], at_least)
        raise AssuranceTooLow(right=RIGHT_NAMES[right], needed=name_of(needed), level=name_of(actor.assurance_level))


def table(level: int) -> list[RightLine]:
    """The whole table for somebody of this level, lowest demand first."""
    return [
        RightLine(name=str(RIGHT_NAMES[right]), needed=name_of(needed) if needed else "", has=level >= needed)
        for right, needed in NEEDED.items()
    ]


def way_up(level: int) -> str:
    """How somebody of this level rises, in one sentence; empty at the top."""
    if level < REGISTER_AGREES:
        return _("用姓名、证件号码和手机号与人口登记信息核对，三项一致就升到三级。")
    if level < FACE_AGREES and settings.FACE_SOURCE:
        return _("人脸核验通过后升到四级；或者带证件到任一政务服务窗口当面核验，当场升到五级。")
    if level < FACE_AGREES:
        return _("四级要人脸核验，本市还没有接入这项服务。请带证件到任一政务服务窗口当面核验，当场升到五级。")
    if level < HIGHEST:
        return _("带证件到任一政务服务窗口当面核验，当场升到五级。")
    return ""
