"""Loads the demonstration catalogue: regions, departments, data elements, certificate types and items."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from certificates.models import CertificateType
from certificates.type_actions import define_type
from certificates.types.content import FIELD_KINDS
from identity.actor import Actor
from identity.models import Department, Post, Region
from identity.rules import make_uscc
from identity.staff.actions.places import save_department, save_post, save_region
from portal.demo.entries import CONTENT, ContentError, Entry, read_entries, read_folder, unique
from portal.demo.fields import ELEMENT_OPTIONAL, shape_of
from portal.demo.items import ITEM_KEYS, ITEM_OPTIONAL, References, describe_item
from portal.demo.publishing import publish_all, waivers_of
from portal.demo.staff import catalogue_officers
from services.actions import ElementDescription, save_data_elements
from services.elements import PLAIN, data_elements
from services.fields import TYPES
from services.models import DataElement, ServiceItem

_AUTHORITY_PREFIX = "11"  # 机关 (GB 32100-2015)


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """What was loaded, by the keys of the content files."""

    regions: Mapping[str, Region]  # by code
    departments: Mapping[str, Department]
    posts: Mapping[tuple[str, str], Post]  # by (department key, post name)
    certificate_types: Mapping[str, CertificateType]
    items: Mapping[str, ServiceItem]


@transaction.atomic
def load(actor: Actor, *, content: Path = CONTENT) -> DemoCatalogue:
    """Bring the database in line with the content files; loading the same again changes nothing.

    Raises :class:`ContentError` with the place when a file contradicts its format (README.md there).
    """
    regions = _load_regions(actor, content)
    departments, posts = _load_departments(actor, content, regions)
    elements = _load_elements(actor, content)
    types = _load_certificate_types(actor, content, departments, elements)
    known = References(departments, posts, types, elements)
    return DemoCatalogue(regions, departments, posts, types, _load_items(actor, content, known))


def _load_regions(actor: Actor, content: Path) -> dict[str, Region]:
    regions: dict[str, Region] = {}
    for entry in unique(read_entries(content / "regions.yaml", required="code name level", optional="parent"), "code"):
        parent = regions.get(entry.text("parent"))
        if "parent" in entry and parent is None:
            raise entry.fail(f"its parent {entry.text('parent')!r} does not stand before it")
        level = entry.number("level") or 0
        if level not in Region.Level.values:
            raise entry.fail(f"level {level} is none of {Region.Level.values}")
        regions[entry.text("code")] = save_region(
            actor, code=entry.text("code"), name=entry.text("name"), level=level, parent=parent
        )
    return regions


def _load_departments(
    actor: Actor, content: Path, regions: Mapping[str, Region]
) -> tuple[dict[str, Department], dict[tuple[str, str], Post]]:
    departments: dict[str, Department] = {}
    posts: dict[tuple[str, str], Post] = {}
    entries = read_entries(content / "departments.yaml", required="key name short region body posts")
    unique(entries, "body")
    for entry in unique(entries, "key"):
        region = regions.get(entry.text("region"))
        if region is None:
            raise entry.fail(f"unknown region {entry.text('region')!r}")
        key, body = entry.text("key"), entry.text("body")
        if len(body) != 8 or not body.isascii() or not body.isalnum():
            raise entry.fail(f"body {body!r} must have 8 letters or digits")
        uscc = make_uscc(prefix=_AUTHORITY_PREFIX, region=region.code, body=body)
        department = save_department(
            actor, uscc=uscc, name=entry.text("name"), short_name=entry.text("short"), region=region
        )
        departments[key] = department
        for name in entry.texts("posts"):
            posts[key, name] = save_post(actor, department=department, name=name)
    return departments, posts


def _load_elements(actor: Actor, content: Path) -> dict[str, DataElement]:
    folder = read_folder(content / "data_elements", required="code name type", optional=ELEMENT_OPTIONAL)
    elements = [
        ElementDescription(
            code=entry.text("code"),
            name=entry.text("name"),
            type=entry.code("type", TYPES),
            max_length=entry.number("max"),
            choices=tuple(entry.texts("choices")),
            source=entry.text("source"),
            shape=shape_of(entry),
            **{name: entry.text(name) for name in PLAIN},
        )
        for entry in unique([entry for _stem, entry in folder], "code")
    ]
    save_data_elements(actor, elements=elements)
    known = data_elements()
    return {element.code: known[element.code] for element in elements}


def _load_certificate_types(
    actor: Actor, content: Path, departments: Mapping[str, Department], elements: Mapping[str, DataElement]
) -> dict[str, CertificateType]:
    folder = read_folder(
        content / "certificate_types",
        required="key seq name definer holder validity_months single number_prefix template seal fields",
        optional="sm2 number_pattern validity subject retention",
    )
    types: dict[str, CertificateType] = {}
    places: dict[str, str] = {}
    for entry in unique([entry for _stem, entry in folder], "key"):
        definer = departments.get(entry.text("definer"))
        if definer is None:
            raise entry.fail(f"unknown department {entry.text('definer')!r}")
        sequence = entry.text("seq")
        if not (len(sequence) == 3 and sequence.isascii() and sequence.isdigit()):
            raise entry.fail(f"seq {sequence!r} must have three digits")
        place = f"{entry.text('definer')} {sequence}"
        if place in places:
            raise entry.fail(f"definer and seq stand in {places[place]} already")
        places[place] = entry.where
        types[entry.text("key")] = define_type(
            actor,
            key=entry.text("key"),
            sequence=sequence,
            name=entry.text("name"),
            definer=definer,
            holder_kind=entry.code("holder", CertificateType.HolderKind.values),
            validity_months=entry.number("validity_months"),
            is_single_instance=entry.flag("single", default=True),
            number_prefix=entry.text("number_prefix"),
            has_sm2_signature=entry.flag("sm2", default=False),
            number_pattern=entry.text("number_pattern"),
            validity=dict(entry.mapping("validity")),
            subject_field=entry.text("subject"),
            retention=entry.code("retention", CertificateType.Retention.values, CertificateType.Retention.PERMANENT),
            template=entry.code("template", ("licence", "card", "proof")),
            seal_caption=entry.text("seal"),
            fields=_face_fields(entry, elements),
        )
    return types


def _face_fields(entry: Entry, elements: Mapping[str, DataElement]) -> list[dict[str, object]]:
    fields: list[dict[str, object]] = []
    for field in entry.entries("fields", required="key label", optional="element sensitive kind"):
        stored: dict[str, object] = {"key": field.text("key"), "label": field.text("label")}
        if "element" in field:
            if field.text("element") not in elements:
                raise field.fail(f"unknown data element {field.text('element')!r}")
            stored["element"] = field.text("element")
        if field.flag("sensitive", default=False):
            stored["sensitive"] = True
        if "kind" in field:
            stored["kind"] = field.code("kind", FIELD_KINDS)
        fields.append(stored)
    return fields


def _load_items(actor: Actor, content: Path, known: References) -> dict[str, ServiceItem]:
    """Save the items; the file name up to a hyphen is the department's key (``gaj-org.yaml`` belongs to ``gaj``)."""
    entries = list(read_folder(content / "items", required=ITEM_KEYS, optional=ITEM_OPTIONAL))
    unique([entry for _stem, entry in entries], "key")
    descriptions = {entry.text("key"): describe_item(entry, stem.partition("-")[0], known) for stem, entry in entries}
    codes: dict[str, str] = {}
    for key, description in descriptions.items():
        other = codes.setdefault(description.catalog_code, key)
        if other != key:
            raise ContentError(f"items {key}", f"type, main and sub are those of {other}")
    granted = {entry.text("key"): waivers_of(entry) for _stem, entry in entries}
    return publish_all(catalogue_officers(actor), descriptions, granted)
