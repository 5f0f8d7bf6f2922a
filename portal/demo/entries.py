"""Reading the content files strictly: every key known, every required one there, every value of its kind."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).resolve().parent / "content"


class ContentError(ValueError):
    """The content contradicts its format: where, and what is wrong."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses the same key twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Build a mapping, or say which key is repeated."""
        keys = [key.value for key, _value in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise ContentError(str(node.start_mark).strip(), f"keys repeated: {sorted(repeated)}")
        return super().construct_mapping(node, deep)


class Entry:
    """One mapping of a content file, with the place it stands for messages."""

    def __init__(self, values: Any, where: str, *, required: str, optional: str = "") -> None:
        if not isinstance(values, Mapping):
            raise ContentError(where, f"expected a mapping, found {values!r}")
        self._values = values
        self.where = where
        needed, known = set(required.split()), {*required.split(), *optional.split()}
        if unknown := set(map(str, values)) - known:
            raise ContentError(where, f"unknown keys {sorted(unknown)}; known are {sorted(known)}")
        if missing := needed - set(values):
            raise ContentError(where, f"missing keys {sorted(missing)}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, problem: str) -> ContentError:
        """Return the error for a problem of this entry."""
        return ContentError(self.where, problem)

    def text(self, key: str, default: str = "") -> str:
        """Return a string; numbers and booleans must be quoted in the file."""
        return self._checked(key, default, str)

    def code(self, key: str, allowed: Collection[str], default: str = "") -> str:
        """Return a string of a code set."""
        value = self.text(key, default)
        if value not in allowed and not (key not in self and value == default):
            raise self.fail(f"{key} {value!r} is none of {sorted(allowed)}")
        return value

    def number(self, key: str) -> int | None:
        """Return a whole number, None when left out."""
        value = self._values.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.fail(f"{key} must be a whole number, found {value!r}")
        return value

    def day(self, key: str) -> dt.date | None:
        """Return a date written as 2026-01-31, None when left out."""
        value = self._values.get(key)
        if value is not None and type(value) is not dt.date:
            raise self.fail(f"{key} must be a date like 2026-01-31, found {value!r}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return self._checked(key, default, bool)

    def texts(self, key: str) -> list[str]:
        """Return a list of strings, empty when left out."""
        values = self._checked(key, [], list)
        if not all(isinstance(value, str) for value in values):
            raise self.fail(f"{key} must be a list of strings (quote numbers, yes and no): {values!r}")
        return values

    def entries(self, key: str, *, required: str, optional: str = "") -> Iterator["Entry"]:
        """Yield the mappings of a list."""
        for number, value in enumerate(self._checked(key, [], list), start=1):
            name = value.get("key", number) if isinstance(value, Mapping) else number
            yield Entry(value, f"{self.where}, {key} {name}", required=required, optional=optional)

    def entry(self, key: str, *, required: str, optional: str = "") -> "Entry":
        """Return a mapping inside this one."""
        return Entry(self._values.get(key), f"{self.where}, {key}", required=required, optional=optional)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return a mapping of whatever values, empty when left out."""
        return self._checked(key, {}, dict)

    def conditions(self) -> dict[str, Any]:
        """Return ``when``: question key → answer or list of answers."""
        when = self._checked("when", {}, dict)
        for key, wanted in when.items():
            answers = wanted if isinstance(wanted, list) else [wanted]
            if not all(isinstance(answer, str) for answer in answers):
                raise self.fail(f"when {key}: answers must be strings (quote yes and no)")
        return when

    def _checked(self, key: str, default: Any, kind: type[Any]) -> Any:
        value = self._values.get(key, default)
        if not isinstance(value, kind):
            raise self.fail(f"{key} must be a {kind.__name__}, found {value!r}")
        return value


def read_entries(path: Path, *, required: str, optional: str = "") -> list[Entry]:
    """Read a file that holds a list of mappings."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(path.name, str(error)) from error
    if not isinstance(values, list):
        raise ContentError(path.name, "expected a list")
    return [
        Entry(value, _place(path, number, value), required=required, optional=optional)
        for number, value in enumerate(values, start=1)
    ]


def _place(path: Path, number: int, value: Any) -> str:
    name = next((value[key] for key in ("key", "code") if key in value), number) if isinstance(value, dict) else number
    return f"{path.parent.name}/{path.name} {name}"


def read_folder(folder: Path, *, required: str, optional: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield (file stem, entry) over the files of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.yaml")):
        for entry in read_entries(path, required=required, optional=optional):
            yield path.stem, entry


def unique(entries: list[Entry], key: str) -> list[Entry]:
    """Return the entries, or say which one repeats another's ``key``."""
    seen: dict[str, str] = {}
    for entry in entries:
        value = entry.text(key)
        if value in seen:
            raise entry.fail(f"{key} {value!r} stands in {seen[value]} already")
        seen[value] = entry.where
    return entries
