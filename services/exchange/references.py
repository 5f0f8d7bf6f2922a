"""Places and vocabulary that items refer to, as they come with a complete catalogue; the system's to write."""

from collections.abc import Callable, Mapping
from typing import Any

from certificates.type_actions import define_type
from common.errors import DomainError
from identity.actor import Actor
from identity.models import Department, Post, Region
from identity.staff.actions.places import save_department, save_post, save_region, set_served_departments
from services.actions import ElementDescription, save_data_elements
from services.element_desk import is_kept_here
from services.elements import PLAIN
from services.exchange import outcomes
from services.exchange.outcomes import Problem
from services.importing import reasons

_Values = Mapping[str, Any]
_LENGTHS = {"pattern": 200, "pattern_message": 100, "example": 100, "sensitivity": 10}  # the columns' lengths


class _KeptHere(Exception):
    """Editors here have drafted a version of it: a list does not write over that."""


def take_reference(actor: Actor, values: _Values) -> Problem | None:
    """Create or change one region, department, post, data element or certificate type; return what is wrong."""
    take = _KINDS.get(str(values.get("kind")))
    if take is None:
        return outcomes.CONTENT_INVALID.found(f"kind={str(values.get('kind'))[:40]}")
    try:
        take(actor, values)
    except _KeptHere:
        return outcomes.of_finding(reasons.Finding(reasons.MAINTAINED_HERE))
    except DomainError as error:
        return outcomes.CONTENT_INVALID.found(" ".join(str(text) for text in error.fields.values()) or error.text)
    except (Department.DoesNotExist, Region.DoesNotExist, Post.DoesNotExist) as error:
        return outcomes.REFERENCE_UNKNOWN.found(type(error).__qualname__.partition(".")[0])
    except (KeyError, TypeError, ValueError) as error:
        return outcomes.CONTENT_INVALID.found(f"{values['kind']}: {error}"[:200])
    return None


def _region(actor: Actor, values: _Values) -> None:
    parent = Region.objects.get(code=_text(values, "parent")) if values.get("parent") else None
    level = Region.Level(values["level"])
    save_region(actor, code=_text(values, "code")[:12], name=_text(values, "name")[:60], level=level, parent=parent)


def _department(actor: Actor, values: _Values) -> None:
    region = Region.objects.get(code=_text(values, "region"))
    name, short = _text(values, "name"), _text(values, "short_name")
    save_department(actor, uscc=_text(values, "uscc"), name=name, short_name=short, region=region)


def _post(actor: Actor, values: _Values) -> None:
    department = Department.objects.get(uscc=_text(values, "department"))
    post = save_post(actor, department=department, name=_text(values, "name"))
    wanted = [str(uscc) for uscc in values.get("serves", [])]
    served = list(Department.objects.filter(uscc__in=wanted))
    if len(served) != len(set(wanted)):
        raise Department.DoesNotExist
    set_served_departments(actor, post=post, departments=served)


def _element(actor: Actor, values: _Values) -> None:
    element = ElementDescription(
        code=_text(values, "code")[:60],
        name=_text(values, "name")[:100],
        type=_text(values, "type")[:20],
        max_length=int(values["max_length"]) if values.get("max_length") else None,
        choices=tuple(values.get("choices", [])),
        source=_text(values, "source", "")[:60],
        shape=dict(values.get("shape") or {}),
        **{name: _text(values, name, "")[: _LENGTHS.get(name, 20)] for name in PLAIN},
    )
    if is_kept_here(element.code, element.columns()):
        raise _KeptHere
    save_data_elements(actor, elements=[element])


def _type(actor: Actor, values: _Values) -> None:
    months = values.get("validity_months")
    define_type(
        actor,
        key=_text(values, "key"),
        sequence=_text(values, "sequence"),
        name=_text(values, "name"),
        definer=Department.objects.get(uscc=_text(values, "definer")),
        holder_kind=_text(values, "holder_kind"),
        template=_text(values, "template"),
        seal_caption=_text(values, "seal_caption"),
        fields=[dict(one) for one in values.get("fields", [])],
        validity_months=int(months) if months else None,
        is_single_instance=bool(values.get("is_single_instance", False)),
        number_prefix=_text(values, "number_prefix", ""),
        number_pattern=_text(values, "number_pattern", ""),
        validity=dict(values.get("validity") or {}),
        subject_field=_text(values, "subject_field", ""),
        retention=_text(values, "retention", "permanent"),
    )


def _text(values: _Values, name: str, default: str | None = None) -> str:
    value = values.get(name, default)
    if not isinstance(value, str):
        raise ValueError(name)
    return value


_KINDS: dict[str, Callable[[Actor, _Values], None]] = {
    "region": _region,
    "department": _department,
    "post": _post,
    "element": _element,
    "certificate_type": _type,
}
