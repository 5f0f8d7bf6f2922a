"""People written down a line each: who took part in a hearing, which experts judge."""

from dataclasses import dataclass

from cases.models import HearingParticipant

_Role = HearingParticipant.Role


@dataclass(frozen=True, slots=True)
class Named:
    """An expert: name, where they work, what they know."""

    name: str
    organisation: str = ""
    speciality: str = ""


def read_participants(text: str) -> list[tuple[str, str]] | None:
    """Read lines of a role and a name (``申请人 李清荷``); None when a line has no role we know."""
    names = {str(label): str(value) for value, label in _Role.choices}
    found = []
    for line in text.splitlines():
        words = line.replace("：", " ").replace(":", " ").replace("，", " ").split(maxsplit=1)
        if not words:
            continue
        if len(words) != 2 or words[0] not in names:
            return None
        found.append((names[words[0]], words[1].strip()[:60]))
    return found


def read_experts(text: str) -> list[Named]:
    """Read lines of ``姓名，单位，专业``."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if parts[0]:
            found.append(Named(parts[0][:60], *(part[:100] for part in parts[1:3])))
    return found
