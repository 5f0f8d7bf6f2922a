"""From an item of the content files to its description."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from certificates.models import CertificateType
from identity.models import Department, Post
from portal.demo.entries import Entry
from portal.demo.fields import FIELD_OPTIONAL, stored_field
from services import codes
from services.descriptions import (
    FaqPart,
    FeePart,
    ItemDescription,
    LegalBasisPart,
    MaterialPart,
    SituationPart,
    StagePart,
    VersionContent,
)
from services.models import DataElement

ITEM_KEYS = (
    "key name summary type main sub audience themes_person themes_org project_type statutory promise visits "
    "visits_reason handle_forms online_depth level conditions legal fees result hall synonyms popularity situations "
    "steps materials route faq"
)
ITEM_OPTIONAL = "quantity_limit quota handle_area flow open_from_age retention waivers renew_before_days"
MATERIAL = {
    "required": "key name need legal",
    "optional": "when satisfied_by any_of all_of kind fresh_days promise defer_days note holder source paper",
}
_LAWS = frozenset(["法律", "行政法规", "地方性法规", "部门规章", "政府规章", "规范性文件"])
_REGISTERED = frozenset(["91", "92", "93", "52"])  # 企业, 个体工商户, 农民专业合作社, 民办非企业单位 (GB 32100-2015)
_FLOW = ["申请", "受理", "审查", "决定", "送达"]


@dataclass(frozen=True, slots=True)
class References:
    """What items refer to, by the keys of the content files."""

    departments: Mapping[str, Department]
    posts: Mapping[tuple[str, str], Post]
    certificate_types: Mapping[str, CertificateType]
    elements: Mapping[str, DataElement]


def describe_item(entry: Entry, department_key: str, known: References) -> ItemDescription:
    """Return the description of an item of a department; codes are composed here, check digits included."""
    department = known.departments.get(department_key)
    if department is None:
        raise entry.fail(f"the file name names no department: {department_key}")
    item_type = entry.code("type", codes.ItemType.values)
    level = str(department.region.level + 1)  # 行使层级 counts from the state
    try:
        catalog = codes.catalog_code(
            region=department.region.code, item_type=item_type, main=entry.text("main"), sub=entry.text("sub")
        )
    except ValueError as error:
        raise entry.fail(str(error)) from error
    _check_consistency(entry)
    return ItemDescription(
        region=department.region,
        department=department,
        department_name=department.name,
        item_type=item_type,
        catalog_code=catalog,
        task_code=codes.task_code(uscc=department.uscc, level=level, catalog=catalog),
        popularity=entry.number("popularity"),
        content=_content(entry, known, level),
    )


def _check_consistency(entry: Entry) -> None:
    """The checks of published lists that are in use: visits and their reason, phones, questions, instant items."""
    if (entry.number("visits") == 0) != (entry.text("visits_reason") == "无"):
        raise entry.fail("visits 0 goes with visits_reason 无, any other number with a reason")
    hall = entry.entry("hall", required="place hours phone complaint_phone")
    if hall.text("phone") == hall.text("complaint_phone"):
        raise entry.fail("phone and complaint_phone must differ")
    if not list(entry.entries("faq", required="q a")):
        raise entry.fail("at least one question and answer is needed")
    if not list(entry.entries("legal", required="law article kind", optional="number gist")):
        raise entry.fail("a legal basis is needed")
    promise = entry.entry("promise", required="days unit", optional="note")
    if (entry.text("project_type") == codes.ProjectType.INSTANT) != (promise.number("days") == 0):
        raise entry.fail("an instant item (project_type 1) promises 0 days, and only such an item")


def _content(entry: Entry, known: References, level: str) -> VersionContent:
    statutory = entry.entry("statutory", required="days unit", optional="note")
    promise = entry.entry("promise", required="days unit", optional="note")
    hall = entry.entry("hall", required="place hours phone complaint_phone")
    result = entry.entry("result", required="kind name", optional="certificate_type registers replaces")
    note = promise.text("note")
    return VersionContent(
        name=entry.text("name"),
        summary=entry.text("summary"),
        is_applicable_online=True,
        audience=entry.texts("audience"),
        themes_person=entry.texts("themes_person"),
        themes_org=entry.texts("themes_org"),
        use_level=level,
        project_type=entry.code("project_type", codes.ProjectType.values),
        statutory_days=statutory.number("days"),
        statutory_unit=statutory.code("unit", codes.TimeUnit.values),
        statutory_note=statutory.text("note"),
        promise_days=promise.number("days"),
        promise_unit=promise.code("unit", codes.TimeUnit.values),
        quantity_limit=entry.text("quantity_limit"),
        **_quota(entry),
        visits=entry.number("visits") or 0,
        visits_reason=entry.text("visits_reason"),
        handle_forms=entry.texts("handle_forms"),
        online_depth=entry.texts("online_depth"),
        handle_area=entry.text("handle_area"),
        assurance_level=entry.number("level") or 0,
        open_from_age=entry.number("open_from_age"),
        renew_before_days=entry.number("renew_before_days"),
        retention=entry.code("retention", codes.Retention.values) if "retention" in entry else "",
        conditions=entry.texts("conditions"),
        flow=entry.texts("flow") or _FLOW,
        steps=_steps(entry, known),
        result_kind=result.code("kind", codes.ResultKind.values),
        result_name=result.text("name"),
        result_type_id=_result_type(entry, result, known),
        registers=result.code("registers", _REGISTERED),
        replaces=result.code("replaces", codes.Replaces.values),
        hall_place=hall.text("place"),
        hall_hours=hall.text("hours"),
        consult_phone=hall.text("phone"),
        complaint_phone=hall.text("complaint_phone"),
        synonyms=entry.texts("synonyms"),
        source_row={"promise_explain": note} if note else {},
        legal_bases=_legal_bases(entry),
        situations=_situations(entry),
        materials=_materials(entry, known),
        fees=_fees(entry),
        faqs=tuple(
            FaqPart(question=faq.text("q"), answer=faq.text("a")) for faq in entry.entries("faq", required="q a")
        ),
        route=_route(entry, known),
    )


def _quota(entry: Entry) -> dict[str, Any]:
    """How many are granted, what counts and in which order; nothing for most items."""
    if "quota" not in entry:
        return {}
    quota = entry.entry("quota", required="order", optional="places counts")
    return {
        "quota_order": quota.code("order", codes.QuotaOrder.values),
        "quota_places": quota.number("places"),
        "quota_counts": quota.code("counts", codes.QuotaCount.values) if "counts" in quota else "",
    }


def _result_type(entry: Entry, result: Entry, known: References) -> Any:
    """Return the id of the certificate type a grant issues; a person's grant may bring its holder into being."""
    if (result.text("kind") == codes.ResultKind.CERTIFICATE) != ("certificate_type" in result):
        raise result.fail("a certificate result names its certificate_type, and only such a result")
    if "certificate_type" not in result:
        return None
    key = _certificate(result, result.text("certificate_type"), known)
    holder = known.certificate_types[result.text("certificate_type")].holder_kind
    if holder == CertificateType.HolderKind.ORGANISATION and codes.Audience.PERSON in entry.texts("audience"):
        if "registers" not in result:
            raise result.fail("a person is given an organisation's certificate: registers must say what is registered")
    elif "registers" in result:
        raise result.fail("registers goes with a certificate of an organisation that a person applies for")
    relied_on = [name for one in entry.entries("materials", **MATERIAL) for name in _types_of(one)]
    if "replaces" in result and result.text("certificate_type") not in relied_on:
        raise result.fail("replaces needs a material that the old certificate of this type satisfies")
    return key


def _types_of(material: Entry) -> list[str]:
    """The certificate types that a material accepts, its pieces' too."""
    pieces = [
        piece
        for name in ("any_of", "all_of")
        if name in material
        for piece in material.entries(name, required="key name", optional="satisfied_by kind")
    ]
    return [key for one in (material, *pieces) for key in one.texts("satisfied_by")]


def _certificate(entry: Entry, key: str, known: References) -> Any:
    if key not in known.certificate_types:
        raise entry.fail(f"unknown certificate type {key!r}")
    return known.certificate_types[key].pk


def _legal_bases(entry: Entry) -> tuple[LegalBasisPart, ...]:
    return tuple(
        LegalBasisPart(
            law=basis.text("law"),
            article=basis.text("article"),
            kind=basis.code("kind", _LAWS),
            number=basis.text("number"),
            gist=basis.text("gist"),
        )
        for basis in entry.entries("legal", required="law article kind", optional="number gist")
    )


def _situations(entry: Entry) -> tuple[SituationPart, ...]:
    parts = []
    for question in entry.entries("situations", required="key question options", optional="help when"):
        options = []
        for option in question.entries("options", required="value label", optional="when"):
            stored: dict[str, Any] = {"value": option.text("value"), "label": option.text("label")}
            options.append(stored | ({"when": option.conditions()} if "when" in option else {}))
        parts.append(
            SituationPart(
                key=question.text("key"),
                question=question.text("question"),
                help=question.text("help"),
                options=options,
                when=question.conditions(),
            )
        )
    return tuple(parts)


def _steps(entry: Entry, known: References) -> list[dict[str, Any]]:
    return [
        {
            "key": step.text("key"),
            "title": step.text("title"),
            "fields": [
                stored_field(field, known.elements)
                for field in step.entries("fields", required="", optional=FIELD_OPTIONAL)
            ],
        }
        for step in entry.entries("steps", required="key title fields")
    ]


def _materials(entry: Entry, known: References) -> tuple[MaterialPart, ...]:
    return tuple(_material(material, known) for material in entry.entries("materials", **MATERIAL))


def _material(entry: Entry, known: References) -> MaterialPart:
    promise = entry.entry("promise", required="text check_days") if "promise" in entry else None
    need = str(entry.number("need"))
    if need not in codes.MaterialNeed.values:
        raise entry.fail(f"need {need} is none of {codes.MaterialNeed.values}")
    if (need == codes.MaterialNeed.DEFERRABLE) != ("defer_days" in entry):
        raise entry.fail("need 3 goes with defer_days, and only need 3")
    pieces = _pieces(entry, known)
    accepted = {_certificate(entry, key, known) for key in entry.texts("satisfied_by")}
    return MaterialPart(
        key=entry.text("key"),
        name=entry.text("name"),
        need=need,
        when=entry.conditions(),
        satisfied_by=frozenset(accepted | {UUID(key) for piece in pieces for key in piece["types"]}),
        combination=codes.Combination.ALL if "all_of" in entry else codes.Combination.ANY,
        pieces=pieces,
        proof_of=entry.code("holder", codes.ProofOf.values, codes.ProofOf.APPLICANT),
        kind=entry.text("kind"),
        fresh_days=entry.number("fresh_days"),
        promise_text=promise.text("text") if promise else "",
        promise_check_days=promise.number("check_days") if promise else None,
        defer_days=entry.number("defer_days"),
        source_type=entry.code("source", codes.MaterialSource.values, codes.MaterialSource.APPLICANT),
        material_format=entry.code("paper", codes.MaterialFormat.values, codes.MaterialFormat.ELECTRONIC),
        legal=entry.text("legal"),
        note=entry.text("note"),
    )


def _pieces(entry: Entry, known: References) -> list[dict[str, Any]]:
    """What a material consists of: ``any_of`` or ``all_of``, and the certificates that stand for each piece."""
    if "any_of" in entry and "all_of" in entry:
        raise entry.fail("any_of and all_of exclude each other")
    name = "all_of" if "all_of" in entry else "any_of"
    if name not in entry:
        return []
    return [
        {
            "key": piece.text("key"),
            "name": piece.text("name"),
            "types": sorted(str(_certificate(piece, key, known)) for key in piece.texts("satisfied_by")),
            "kind": piece.text("kind"),
        }
        for piece in entry.entries(name, required="key name", optional="satisfied_by kind")
    ]


def _fees(entry: Entry) -> tuple[FeePart, ...]:
    parts = []
    for fee in entry.entries("fees", required="name standard basis amount", optional="reduction charging"):
        try:
            amount = Decimal(fee.text("amount"))
        except InvalidOperation as error:
            raise fee.fail(f"amount {fee.text('amount')!r} is no figure in yuan") from error
        parts.append(
            FeePart(
                name=fee.text("name"),
                standard=fee.text("standard"),
                basis=fee.text("basis"),
                amount=amount,
                reduction=fee.text("reduction"),
                charging=fee.text("charging"),
            )
        )
    return tuple(parts)


def _route(entry: Entry, known: References) -> tuple[StagePart, ...]:
    parts = []
    for stage in entry.entries(
        "route", required="key name department post days substantive", optional="kind after lead assignment checklist"
    ):
        key, post_name = stage.text("department"), stage.text("post")
        post = known.posts.get((key, post_name))
        if post is None:
            raise stage.fail(f"department {key!r} has no post {post_name!r}")
        parts.append(
            StagePart(
                key=stage.text("key"),
                name=stage.text("name"),
                department_id=known.departments[key].pk,
                post_id=post.pk,
                days=stage.number("days") or 0,
                is_substantive=stage.flag("substantive", default=False),
                kind=stage.text("kind") or "review",
                after=stage.texts("after"),
                lead=stage.text("lead"),
                assignment=stage.text("assignment") or "shared",
                checklist=stage.texts("checklist"),
            )
        )
    if not parts:
        raise entry.fail("a route is needed")
    return tuple(parts)
