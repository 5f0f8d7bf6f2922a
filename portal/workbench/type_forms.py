"""Forms of certificate types: shape and format only; what is allowed, the actions decide."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from certificates.layout import LOOKS
from certificates.layouts.language import COMMON, MOST_BODY, MOST_STYLE
from certificates.models import CertificateType, TypeDuty
from certificates.numbers import DEFAULT
from certificates.types.content import FIELD_KINDS, MOST_FIELDS, FieldPart, TypeContent
from certificates.types.queries import posts_offered
from certificates.validity import KINDS
from common.formatting import code_label
from portal.workbench.directory_forms import NamedChoice, _named, _text

FIELD_KIND_LABELS = {"text": _("文字"), "date": _("日期"), "number": _("数字")}
LOOK_LABELS = {"licence": _("许可证（横版 A4）"), "card": _("卡证（A6）"), "proof": _("证明（竖版 A4）")}
_VALIDITY = {
    "long": _("长期"),
    "months": _("从签发起若干个月"),
    "field": _("到照面某一栏写的日期"),
    "age": _("到持证人满若干周岁"),
    "by_age": _("按持证人年龄分段"),
}
RIGHTS = [str(value) for value in TypeDuty.Right.values]


def _steps_text(steps: Any) -> str:
    return "\n".join(
        f"{'-' if under is None else under} {'-' if months is None else months}" for under, months in steps
    )


class TypeForm(forms.Form):
    """Everything of a type but its fields, which are in :data:`FieldFormSet`."""

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = _text(_("证照名称"), 100, required=True)
    sequence = _text(
        _("类型代码的顺序码"), 3, _("3 位；前面 18 位是定义机构的统一社会信用代码，合成 21 位"), required=True
    )
    holder_kind = forms.ChoiceField(label=_("持证主体"), choices=lambda: _named(CertificateType.HolderKind.choices))
    is_single_instance = forms.BooleanField(label=_("每个持证人只能有一张有效的"), required=False)
    subject_field = _text(_("按哪一栏分张"), 30, _("填栏目代号，例如车牌号那一栏：每个持证人、每辆车一张；不分的空着"))
    validity_kind = forms.ChoiceField(label=_("有效期"), choices=[(kind, _VALIDITY[kind]) for kind in KINDS])
    validity_months = forms.IntegerField(label=_("月数"), required=False, help_text=_("“从签发起若干个月”时填"))
    validity_field = _text(_("日期栏目的代号"), 30, _("“到照面某一栏写的日期”时填"))
    validity_age = forms.IntegerField(label=_("周岁"), required=False, help_text=_("“到持证人满若干周岁”时填"))
    validity_steps = _text(
        _("年龄分段"), 500, _("每行“不满几岁 几个月”，最后一行是其他人：“- -”；“-”是长期。例如 16 60"), rows=4
    )
    number_pattern = _text(_("编号规则"), 80, _("空着就是 %(default)s") % {"default": DEFAULT})
    number_prefix = _text(_("编号字头"), 10, _("编号规则里的 {prefix}"))
    retention = forms.ChoiceField(label=_("保管期限"), choices=lambda: _named(CertificateType.Retention.choices))
    seal_caption = _text(_("签章名称"), 30, _("印在章的下方，例如：行政审批专用章"), required=True)
    has_sm2_signature = forms.BooleanField(label=_("同时做国密签名（SM2）"), required=False)
    template = forms.ChoiceField(label=_("版面"), choices=[(look, LOOK_LABELS[look]) for look in LOOKS])
    body = _text(
        _("自定版式"),
        MOST_BODY,
        _("空着就按栏目列表排。可以用 p、table 等元素和 {{ 栏目代号 }}；每张证照都有的是：%(names)s")
        % {"names": "、".join(COMMON)},
        rows=10,
    )
    style = _text(_("版式样式"), MOST_STYLE, _("例如 .big { font-size: 120%; }"), rows=5)
    note = _text(_("这一版的说明"), 500, _("改了什么、为什么，审核的人会看到"), rows=3)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        posts = [(str(post.pk), f"{post.department.short_name} · {post.name}") for post in posts_offered()]
        for right in RIGHTS:
            self.fields[f"duty_{right}"] = forms.MultipleChoiceField(
                label=code_label(TypeDuty.Right(right).label),
                choices=posts,
                required=False,
                widget=forms.SelectMultiple(attrs={"size": "4"}),
            )

    def plain(self) -> list[Any]:
        """The fields above the face."""
        names = (
            "key", "definer", "name", "sequence", "holder_kind", "is_single_instance", "subject_field", "retention"
        )  # fmt: skip
        return [self[name] for name in names if name in self.fields]

    def term(self) -> list[Any]:
        """How long it is valid, and its number."""
        return [bound for bound in self if bound.name.startswith(("validity_", "number_"))]

    def looks(self) -> list[Any]:
        """What it looks like."""
        return [self[name] for name in ("template", "seal_caption", "has_sm2_signature", "body", "style")]

    def rights(self) -> list[Any]:
        """Who may do what."""
        return [self[f"duty_{right}"] for right in RIGHTS]

    def clean_sequence(self) -> str:
        """Letters are capitals."""
        return str(self.cleaned_data["sequence"]).upper()

    def clean(self) -> dict[str, Any]:
        """The validity rule from its parts."""
        given = super().clean() or {}
        kind = given.get("validity_kind")
        needed = {"months": "validity_months", "field": "validity_field", "age": "validity_age"}
        needed["by_age"] = "validity_steps"
        if kind in needed and not given.get(needed[kind]) and needed[kind] not in self.errors:
            self.add_error(needed[kind], _("这种有效期要填这一栏。"))
        if kind == "by_age" and given.get("validity_steps"):
            try:
                given["steps"] = [_step(line) for line in given["validity_steps"].splitlines() if line.strip()]
            except ValueError:
                self.add_error("validity_steps", _("每行写两个数，中间空一格；“-”是长期或者其他人。"))
        return given

    def content(self, parts: tuple[FieldPart, ...]) -> TypeContent:
        """What is to be saved, of a form that was checked."""
        given = self.cleaned_data
        names = (
            "name", "sequence", "holder_kind", "is_single_instance", "subject_field", "number_pattern",
            "number_prefix", "retention", "seal_caption", "has_sm2_signature", "template",
        )  # fmt: skip
        duties = {right: tuple(given[f"duty_{right}"]) for right in RIGHTS if given[f"duty_{right}"]}
        return TypeContent(
            **{name: given[name] for name in names},
            **self._validity(),
            body=given["body"].replace("\r\n", "\n"),
            style=given["style"].replace("\r\n", "\n"),
            fields=parts,
            duties=duties,
        )

    def _validity(self) -> dict[str, Any]:
        given = self.cleaned_data
        match given["validity_kind"]:
            case "field":
                return {"validity": {"kind": "field", "field": given["validity_field"]}}
            case "age":
                return {"validity": {"kind": "age", "age": given["validity_age"]}}
            case "by_age":
                return {"validity": {"kind": "by_age", "steps": given["steps"]}}
            case "months":
                return {"validity_months": given["validity_months"]}
        return {}

    @staticmethod
    def values(content: TypeContent) -> dict[str, Any]:
        """The starting values for a content."""
        row = content.stored()
        rule: Mapping[str, Any] = content.validity
        kind = rule.get("kind") or ("months" if content.validity_months else "long")
        return {
            **row,
            "validity_kind": kind,
            "validity_months": rule.get("months") or content.validity_months,
            "validity_field": rule.get("field", ""),
            "validity_age": rule.get("age"),
            "validity_steps": _steps_text(rule.get("steps", [])),
            **{f"duty_{right}": list(posts) for right, posts in content.duties.items()},
        }


def _step(line: str) -> list[int | None]:
    under, months = line.split()
    return [None if text == "-" else int(text) for text in (under, months)]


class NewTypeForm(TypeForm):
    """A type that is new: its key and who defines it, besides."""

    key = forms.RegexField("^[a-z0-9-]{2,60}$", label=_("代号"), help_text=_("小写字母、数字和连接号，系统之间用"))
    definer = NamedChoice(label=_("定义机构"), queryset=None, empty_label=_("请选择"))

    def __init__(self, *args: Any, departments: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["definer"].queryset = departments  # type: ignore[attr-defined]


class FaceFieldForm(forms.Form):
    """One field of the face."""

    key = _text(_("代号"), 30, _("小写字母开头"))
    label = _text(_("栏目名称"), 60)
    kind = forms.ChoiceField(
        label=_("类型"), choices=[(kind, FIELD_KIND_LABELS[kind]) for kind in FIELD_KINDS], initial="text"
    )
    element = forms.CharField(
        label=_("回答的数据元"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "elements", "autocomplete": "off"}),
    )
    sensitive = forms.BooleanField(label=_("敏感"), required=False)

    def __init__(self, *args: Any, elements: Collection[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self._elements = elements

    def clean(self) -> dict[str, Any]:
        """Whoever fills in anything fills in key and label; an element is one that there is."""
        given = super().clean() or {}
        if any(given.get(name) for name in ("key", "label", "element", "sensitive")):
            for name in ("key", "label"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("请填写。"))
        element = given.get("element")
        if element and element not in self._elements and element != self.initial.get("element"):
            self.add_error("element", _("没有数据元 %(element)s，请从列出的里面选。") % {"element": element})
        return given


class _Fields(BaseFormSet):
    def parts(self) -> tuple[FieldPart, ...]:
        """The fields that are to be kept, in the order that was asked for."""
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("key")]
        names = ("key", "label", "kind", "element", "sensitive")
        last = len(kept) + 1
        kept.sort(key=lambda form: form.cleaned_data.get("ORDER") or last)
        return tuple(FieldPart(**{name: form.cleaned_data[name] for name in names}) for form in kept)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The words of the two boxes that Django adds."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("第几栏")
        form.fields["DELETE"].label = _("删除")


FieldFormSet = formset_factory(
    FaceFieldForm,
    formset=_Fields,
    extra=1,
    can_delete=True,
    can_order=True,
    max_num=MOST_FIELDS,
    absolute_max=MOST_FIELDS,
    validate_max=True,
)
