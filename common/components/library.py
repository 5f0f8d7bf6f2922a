"""The one tag library every component registers with, and the checks they share."""

from collections.abc import Collection, Mapping
from typing import Any

from django.template import Library, TemplateSyntaxError

register = Library()


def require(tag: str, **arguments: Any) -> None:
    """Fail when an argument is missing: a variable that does not exist reaches a tag as an empty text."""
    for name, value in arguments.items():
        if value is None or value == "":
            raise TemplateSyntaxError(f"{{% {tag} %}}: {name} is missing or empty.")


def require_one_of(tag: str, name: str, value: Any, allowed: Collection[str]) -> None:
    """Fail when an argument is not one of the words the component knows."""
    if value not in allowed:
        words = ", ".join(sorted(allowed))
        raise TemplateSyntaxError(f"{{% {tag} %}}: {name} is {value!r}, not one of {words}.")


def pick(entry: Any, name: str, default: Any = None) -> Any:
    """Read one field of a list entry, which may be a mapping or an object."""
    if isinstance(entry, Mapping):
        return entry.get(name, default)
    return getattr(entry, name, default)
