"""Answers that have parts: an address, a person, an organisation, rows of a table, a file; pure functions.

Normal forms, each JSON: an address ``{region, names, detail}``, or plain text where its region is not in the list;
a person ``{name, kind, number, issuer, phone}`` (kind as in GB/T 36903); an organisation ``{name, uscc}``; a table
``[{column: value}]``; a file ``{document}``, the id of a document in the applicant's locker.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from identity import rules as identity_rules
from identity.errors import DocumentInvalid, IdNumberInvalid, NameInvalid
from identity.persons import documents
from identity.regions.queries import Book, Place
from services import fields
from services.fields import Refusal

_T = TypeVar("_T")
PARTS: dict[str, tuple[str, ...]] = {
    "address": ("region", "detail"),
    "person": ("name", "kind", "number", "issuer", "phone"),
    "organisation": ("name", "uscc"),
}
MOST_ROWS = 200  # of any table, whatever its definition says
ELSEWHERE = "-"  # picked for a region that the list does not have
_COUNTY = 3


class Refusals(ValueError):
    """Several parts of one answer do not fit: ``problems`` holds (path below the field, refusal)."""

    def __init__(self, problems: list[tuple[str, Refusal]]) -> None:
        super().__init__(problems[0][1].reason)
        self.problems = problems


def wrong_shape() -> Refusal:
    """The refusal of JSON that is no such answer at all."""
    return Refusal("wrong_shape", _("这一项的格式不对，请重新填写。"))


def clean_address(raw: Any, limit: int, *, required: bool, book: Book) -> Any:
    """Return an address in normal form; text that names its regions is split into them."""
    if not isinstance(raw, Mapping):
        return _written(fields.plain_text(raw), limit, required=required, book=book)
    detail = _part("detail", lambda: fields.short(fields.plain_text(raw.get("detail")), limit))
    region = raw.get("region", "")
    picks = region if isinstance(region, list) else [region]
    codes = _part("region", lambda: [fields.plain_text(pick) for pick in picks[:8]])
    if not detail and not any(codes[2:]):
        return _nothing(required, "detail")
    if not detail:
        raise Refusals([("detail", Refusal("required", _("请填写街道以下的详细地址，写到门牌号。")))])
    read = book.read(detail)
    if ELSEWHERE in codes or (codes == [""] and not isinstance(region, list)):
        return _written(detail, limit, required=required, book=book)
    if read and (not any(codes) or _first(codes, book, read[0])):
        return _address(*read)
    place = _deepest(codes, book)
    if place is None or place.level < _COUNTY:
        raise Refusals([("region", Refusal("region_open", _("请选到区、县；列表里没有的，选“不在列表里”。")))])
    return _address(place, detail)


def _first(codes: list[str], book: Book, place: Place) -> bool:
    """Whether the address as written lies in what was picked: then the text says more."""
    picked = _deepest(codes, book)
    return picked is None or (picked.code in place.codes and picked.code != place.code)


def _deepest(codes: Iterable[str], book: Book) -> Place | None:
    """The last of the picked regions that lies in the one before it; what hangs on a former choice is dropped."""
    found: Place | None = None
    for code in filter(None, codes):
        place = book.places.get(code)
        if place is None or (found is not None and found.code not in place.codes[:-1]):
            break
        found = place
    return found


def _written(text: str, limit: int, *, required: bool, book: Book) -> Any:
    if not text:
        return _nothing(required, "detail")
    fields.short(text, limit)
    read = book.read(text)
    return _address(*read) if read else text


def _address(place: Place, detail: str) -> dict[str, Any]:
    return {"region": place.code, "names": list(place.names), "detail": detail}


def _nothing(required: bool, path: str) -> str:
    if required:
        raise Refusals([(path, Refusal("required", _("这一项必须填写。")))])
    return ""


def _part(path: str, check: Callable[[], _T]) -> _T:
    try:
        return check()
    except Refusal as refusal:
        raise Refusals([(path, refusal)]) from refusal


def clean_person(raw: Any, *, required: bool) -> Any:
    """Return a person in normal form: name and document as the register checks them, and a phone."""
    given = _texts(raw, PARTS["person"])
    if not any(given[name] for name in ("name", "number", "phone")):
        return _nothing(required, "name")
    problems: list[tuple[str, Refusal]] = []
    kind = given["kind"] or kind_of(given["number"])
    checks: dict[str, Callable[[], str]] = {
        "name": lambda: _name(given["name"], is_organisation=False),
        "number": lambda: _number(kind, given["number"], given["issuer"]),
        "phone": lambda: fields.clean_phone(given["phone"]),
    }
    values = _each(checks, given, problems)
    if problems:
        raise Refusals(problems)
    issuer = given["issuer"] if kind == documents.Kind.PASSPORT else ""
    return {
        "name": values["name"],
        "kind": kind,
        "number": values["number"],
        "issuer": issuer,
        "phone": values["phone"],
    }


def clean_organisation(raw: Any, *, required: bool) -> Any:
    """Return an organisation in normal form: its name and its unified social credit code."""
    given = _texts(raw, PARTS["organisation"])
    if not any(given.values()):
        return _nothing(required, "name")
    problems: list[tuple[str, Refusal]] = []
    checks: dict[str, Callable[[], str]] = {
        "name": lambda: _name(given["name"], is_organisation=True),
        "uscc": lambda: fields.clean_uscc(given["uscc"]),
    }
    values = _each(checks, given, problems)
    if problems:
        raise Refusals(problems)
    return values


def _each(
    checks: Mapping[str, Callable[[], str]], given: Mapping[str, str], problems: list[tuple[str, Refusal]]
) -> dict[str, str]:
    values = {}
    for name, check in checks.items():
        try:
            values[name] = check() if given[name] else fields.empty(required=True)
        except Refusal as refusal:
            problems.append((name, refusal))
    return values


def _texts(raw: Any, names: Iterable[str]) -> dict[str, str]:
    """The parts as text; what is not a mapping of texts is no such answer."""
    if raw in (None, ""):
        raw = {}
    if not isinstance(raw, Mapping):
        raise wrong_shape()
    problems, given = [], {}
    for name in names:
        try:
            given[name] = fields.plain_text(raw.get(name))
        except Refusal as refusal:
            problems.append((name, refusal))
    if problems:
        raise Refusals(problems)
    return given


def _name(text: str, *, is_organisation: bool) -> str:
    try:
        return identity_rules.normal_name(text, is_organisation=is_organisation)
    except NameInvalid as error:
        raise Refusal("not_name", _first_message(error)) from error


def kind_of(number: str) -> str:
    """What a bare number says it is; a citizen's when it says nothing."""
    try:
        return documents.recognise(number).kind
    except (IdNumberInvalid, DocumentInvalid):
        return documents.Kind.CITIZEN


def _number(kind: str, number: str, issuer: str) -> str:
    try:
        return documents.check(kind, number, issuer=issuer).number
    except (IdNumberInvalid, DocumentInvalid) as error:
        raise Refusal("not_id_number", _first_message(error)) from error


def _first_message(error: Any) -> str:
    return str(next(iter(error.fields.values()), error.text))


def clean_rows(
    raw: Any, *, least: int, most: int, required: bool, clean_row: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows of a table; empty ones are left out. ``clean_row`` raises :class:`Refusals` by column."""
    if raw in (None, ""):
        raw = []
    if not isinstance(raw, list | tuple):
        raise wrong_shape()
    most = min(most, MOST_ROWS)
    if len(raw) > most * 2 + 20:  # not even empty rows come in such numbers
        raise _too_many(most)
    rows, problems = [], []
    for place, row in enumerate(raw):
        if not isinstance(row, Mapping):
            problems.append((str(place), wrong_shape()))
        elif any(value not in (None, "", []) for value in row.values()):
            try:
                rows.append(clean_row(row))
            except Refusals as refusals:
                problems += [(f"{place}.{path}", refusal) for path, refusal in refusals.problems]
    if problems:
        raise Refusals(problems)
    _check_count(len(rows), least=max(least, 1 if required else 0), most=most, required=required)
    return rows


def _check_count(count: int, *, least: int, most: int, required: bool) -> None:
    if count > most:
        raise _too_many(most)
    if count < least and (required or count):
        raise Refusal("too_few_rows", _("至少要填 %(least)s 行。") % {"least": least})


def _too_many(most: int) -> Refusal:
    return Refusal("too_many_rows", _("最多填 %(most)s 行。") % {"most": most})


def clean_file(raw: Any) -> Any:
    """Return the reference of a file, empty for none: whether it is there, the case's materials say."""
    if raw in (None, ""):
        return ""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("document"), str):
        raise wrong_shape()
    try:
        return {"document": str(uuid.UUID(raw["document"]))}
    except ValueError:
        raise wrong_shape() from None
