"""What stands against putting a version of a type in force, measured against what is in force and what was issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.layouts.language import places
from certificates.models import Certificate, CertificateType, CertificateTypeVersion
from certificates.numbers import DEFAULT, may_meet
from certificates.types.content import TypeContent, content_of
from common.findings import Found, Rule
from common.formatting import code_label
from identity.models import Post, PostHolding
from identity.staff.current import current

_HELD = (Certificate.State.VALID, Certificate.State.SUSPENDED)


def _warn(text: str | Promise) -> Rule:
    return Rule(text, is_error=False)


# Codes are permanent.
RULES: dict[str, Rule] = {
    "type.code_changed": Rule(_("类型代码 %(code)s 已经生效，不能再改：证照标识里都写着它")),
    "type.code_taken": Rule(_("类型代码 %(code)s 已经是“%(name)s”的")),
    "type.holder_narrowed": Rule(_("已有证照发给%(holder)s，持证主体不能改成别的")),
    "type.field_removed": _warn(_("去掉了栏目“%(label)s”；已发的证照仍按原来那一版显示，以后不能再更正这一栏")),
    "type.field_meaning": Rule(
        _("栏目“%(label)s”改了数据元（%(before)s → %(after)s），已发证照上的内容会被当成别的意思")
    ),
    "type.field_kind": _warn(_("栏目“%(label)s”改了类型，已发证照上的内容不一定符合")),
    "type.field_open": _warn(_("栏目“%(label)s”不再是敏感的，已发证照上的内容也会完整显示")),
    "type.element_twice": Rule(_("栏目“%(label)s”和别的栏目回答同一个数据元 %(element)s")),
    "type.number_meets": Rule(_("编号规则可能和“%(name)s”发出一样的编号")),
    "type.number_again": _warn(_("编号规则可能和自己第 %(number)s 版发过的编号重复；重复的会跳过，编号不再连续")),
    "type.number_short": _warn(_("流水号只有 %(digits)s 位，发满 %(most)s 张以后位数会变多")),
    "type.validity_holder": Rule(_("有效期按年龄算的，持证主体只能是自然人")),
    "type.validity_text": _warn(_("有效期到“%(label)s”那天为止，这一栏最好是日期")),
    "type.validity_changed": _warn(_("有效期规则改了，只对以后签发的证照有效")),
    "type.single_doubled": _warn(_("改成只能有一张，但是现在有人持有两张以上；原有的不受影响")),
    "type.retention_shorter": Rule(_("已有证照按%(before)s保管，不能改短")),
    "type.post_closed": Rule(_("岗位“%(post)s”已经停用，不能指定")),
    "type.post_empty": _warn(_("岗位“%(post)s”现在没有人，这项权限没有人能办")),
    "type.layout_leaves_out": _warn(_("版式里没有放栏目“%(label)s”，证照上看不到它")),
    "type.template_changed": _warn(_("版式改了，从下一张证照起用；已发的证照仍按原来的版式")),
}


@dataclass(frozen=True, slots=True)
class Finding(Found):
    """One thing found about a type; ``where`` is a part of its content."""

    rules: ClassVar[Mapping[str, Rule]] = RULES


def check_type(version: CertificateTypeVersion) -> list[Finding]:
    """Everything found about a version, errors first (some ten queries, whatever was issued)."""
    content = TypeContent.restored(version.content)
    kind = CertificateType.objects.select_related("definer", "current").filter(key=version.key).first()
    before = content_of(kind) if kind else None
    found = [*_own(content), *_posts(content), *_code(version, content, kind), *_numbers(version, content)]
    if kind and before:
        is_issued = Certificate.objects.filter(type=kind).exists()
        found += _template(before, content)
        if is_issued:
            found += [*_fields(before, content), *_holders(kind, before, content), *_terms(before, content)]
    return sorted(found, key=lambda one: not one.is_error)


def _own(content: TypeContent) -> list[Finding]:
    """What contradicts itself."""
    found, answered = [], set[str]()
    for part in content.fields:
        if part.element and part.element in answered:
            found.append(Finding("type.element_twice", "fields", {"label": part.label, "element": part.element}))
        answered.add(part.element)
    rule = content.validity
    if rule.get("kind") in ("age", "by_age") and content.holder_kind != CertificateType.HolderKind.PERSON:
        found.append(Finding("type.validity_holder", "validity"))
    base = next((part for part in content.fields if part.key == rule.get("field")), None)
    if base and base.kind != "date":
        found.append(Finding("type.validity_text", "validity", {"label": base.label}))
    if content.layout:
        shown = places(content.layout)
        for part in content.fields:
            if part.key not in shown:
                found.append(Finding("type.layout_leaves_out", "body", {"label": part.label}))
    return found


def _posts(content: TypeContent) -> list[Finding]:
    ids = {post for posts in content.duties.values() for post in posts}
    if not ids:
        return []
    held = set(current(PostHolding.objects.filter(post_id__in=ids, is_active=True)).values_list("post_id", flat=True))
    found = []
    for post in Post.objects.filter(pk__in=ids).order_by("name"):
        if not post.is_active:
            found.append(Finding("type.post_closed", "duties", {"post": post.name}))
        elif post.pk not in held:
            found.append(Finding("type.post_empty", "duties", {"post": post.name}))
    return found


def _code(version: CertificateTypeVersion, content: TypeContent, kind: CertificateType | None) -> list[Finding]:
    code = f"{version.definer.uscc}{content.sequence}"
    if kind and kind.type_code != code:
        return [Finding("type.code_changed", "sequence", {"code": kind.type_code})]
    other = CertificateType.objects.filter(type_code=code).exclude(key=version.key).first()
    return [Finding("type.code_taken", "sequence", {"code": code, "name": other.name})] if other else []


def _numbers(version: CertificateTypeVersion, content: TypeContent) -> list[Finding]:
    """Two series that can give out one number: of another type, or of this one under an earlier pattern."""
    found = []
    pattern = (content.number_pattern or DEFAULT, content.number_prefix)
    others = CertificateType.objects.exclude(key=version.key).values_list("name", "number_pattern", "number_prefix")
    for name, other, prefix in others.order_by("type_code"):
        if may_meet(pattern, (other or DEFAULT, prefix)):
            found.append(Finding("type.number_meets", "number_pattern", {"name": name}))
    earlier = CertificateTypeVersion.objects.filter(key=version.key, published_at__isnull=False)
    for row in earlier.order_by("version"):
        said = TypeContent.restored(row.content)
        if may_meet(pattern, (said.number_pattern or DEFAULT, said.number_prefix)):
            found.append(Finding("type.number_again", "number_pattern", {"number": row.version}))
    digits = int((content.number_pattern or DEFAULT).partition("{seq")[2].partition("}")[0].lstrip(":") or 6)
    if digits < 5:
        found.append(Finding("type.number_short", "number_pattern", {"digits": digits, "most": 10**digits - 1}))
    return found


def _template(before: TypeContent, after: TypeContent) -> list[Finding]:
    parts = ("template", "body", "style", "seal_caption")
    if any(getattr(before, name) != getattr(after, name) for name in parts):
        return [Finding("type.template_changed", "body")]
    return []


def _fields(before: TypeContent, after: TypeContent) -> list[Finding]:
    """What becomes of what stands on issued certificates."""
    found, now = [], {part.key: part for part in after.fields}
    for old in before.fields:
        new = now.get(old.key)
        if new is None:
            found.append(Finding("type.field_removed", "fields", {"label": old.label}))
            continue
        if old.element and new.element != old.element:
            said = {"label": new.label, "before": old.element, "after": new.element or "—"}
            found.append(Finding("type.field_meaning", "fields", said))
        if new.kind != old.kind:
            found.append(Finding("type.field_kind", "fields", {"label": new.label}))
        if old.sensitive and not new.sensitive:
            found.append(Finding("type.field_open", "fields", {"label": new.label}))
    return found


def _holders(kind: CertificateType, before: TypeContent, after: TypeContent) -> list[Finding]:
    found = []
    if after.holder_kind not in (before.holder_kind, CertificateType.HolderKind.EITHER):
        issued = Certificate.objects.filter(type=kind).exclude(holder__kind=after.holder_kind)
        if issued.exists():
            said = {"holder": code_label(CertificateType.HolderKind(before.holder_kind).label)}
            found.append(Finding("type.holder_narrowed", "holder_kind", said))
    if after.is_single_instance and not before.is_single_instance:
        held = Certificate.objects.filter(type=kind, state__in=_HELD).order_by()
        if held.values("holder", "subject_index").annotate(count=Count("pk")).filter(count__gt=1).exists():
            found.append(Finding("type.single_doubled", "is_single_instance"))
    return found


_LENGTH = {CertificateType.Retention.TEN: 10, CertificateType.Retention.THIRTY: 30}


def _terms(before: TypeContent, after: TypeContent) -> list[Finding]:
    found = []
    if (dict(before.validity), before.validity_months) != (dict(after.validity), after.validity_months):
        found.append(Finding("type.validity_changed", "validity"))
    always = 10_000
    if _LENGTH.get(CertificateType.Retention(after.retention), always) < _LENGTH.get(
        CertificateType.Retention(before.retention), always
    ):
        said = {"before": code_label(CertificateType.Retention(before.retention).label)}
        found.append(Finding("type.retention_shorter", "retention", said))
    return found
