"""Forms of bundles: shape and format only; what is allowed, the actions decide. Nobody types JSON."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.formatting import code_label
from identity.models import Department
from portal.workbench.item_forms import RevisionForm, VersionStepForm, _day, _lines
from services.bundles.codes import EVENTS_OF, Side
from services.bundles.content import BundleContent, MemberPart
from services.bundles.queries import EntryChoice
from services.descriptions import SituationPart
from services.editing.rows import fresh_key
from services.rules import Question

_BAR = "|"


def _events() -> list[Any]:
    return [
        (code_label(side.label), [(f"{side}:{one}", code_label(one.label)) for one in EVENTS_OF[side]]) for side in Side
    ]


class BasicsForm(RevisionForm):
    """Name, stage of life, everyday names and the documents a bundle rests on."""

    name = forms.CharField(label=_("名称"), max_length=100)
    summary = forms.CharField(label=_("一句话说明"), max_length=300, required=False)
    stage = forms.ChoiceField(label=_("阶段"), choices=_events)
    synonyms = _lines(_("常用叫法"), 2000, required=False, help_text=_("每行一个，例如：开饭馆"))
    bases = _lines(_("依据"), 4000, required=False, help_text=_("每行一个：文件名称 | 条款 | 文号，后两项可以不写"))

    @staticmethod
    def initial_of(content: BundleContent, revision: int) -> dict[str, Any]:
        """What the form shows of a version."""
        rows = [[basis.get(name, "") for name in ("law", "article", "number")] for basis in content.legal_bases]
        return {
            "revision": revision,
            "name": content.name,
            "summary": content.summary,
            "stage": f"{content.side}:{content.life_event}",
            "synonyms": "\n".join(content.synonyms),
            "bases": "\n".join(f" {_BAR} ".join(row).rstrip(f" {_BAR}") for row in rows),
        }

    def changes(self, before: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """The values as :class:`BundleContent` names them; the gist of a basis that stays is kept."""
        given = self.cleaned_data
        side, _colon, event = given["stage"].partition(":")
        gists = {(row.get("law", ""), row.get("article", "")): row.get("gist", "") for row in before}
        bases = []
        for line in filter(str.strip, given["bases"].splitlines()):
            law, article, number = ([part.strip() for part in line.split(_BAR)] + ["", ""])[:3]
            gist = gists.get((law, article), "")
            bases.append({"law": law.strip("《》"), "article": article, "number": number, "gist": gist})
        return {
            "name": given["name"].strip(),
            "summary": given["summary"].strip(),
            "side": side,
            "life_event": event,
            "synonyms": [line.strip() for line in given["synonyms"].splitlines() if line.strip()],
            "legal_bases": bases,
        }


class NewBundleForm(BasicsForm):
    """Begin a bundle."""

    code = forms.CharField(label=_("编码"), max_length=40, help_text=_("小写英文字母和横线，用在网址里，以后不能改"))
    department: forms.ModelChoiceField = forms.ModelChoiceField(label=_("牵头部门"), queryset=None)

    def __init__(self, sent: Any, *, departments: QuerySet[Department]) -> None:
        super().__init__(sent)
        self.fields["revision"].required = False
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        self.order_fields(["code", "department", "name", "summary", "stage", "synonyms", "bases"])


def condition_choices(questions: Sequence[SituationPart]) -> list[tuple[str, str]]:
    """Every answer of these questions as something to tick."""
    return [
        (f"{question.key}={option['value']}", f"{question.question} {option['label']}")
        for question in questions
        for option in question.options
    ]


def _ticks(label: Any, choices: list[tuple[str, str]], help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=choices, help_text=help_text, widget=forms.CheckboxSelectMultiple
    )


def _ticked(when: Mapping[str, Any]) -> list[str]:
    pairs = ((key, wanted if isinstance(wanted, list) else [wanted]) for key, wanted in when.items())
    return [f"{key}={value}" for key, values in pairs for value in values]


def _when(ticked: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in ticked:
        key, _equals, value = pair.partition("=")
        found.setdefault(key, []).append(value)
    return found


_OWN_KEY = _("可以空着，自动编一个；写的话用小写英文字母，以后不能改")


def _place_field(count: int, place: int) -> forms.TypedChoiceField:
    """Where among ``count`` things something stands, or at the end of them."""
    choices = [(number, _("第 %(number)s 个") % {"number": number + 1}) for number in range(count)]
    return forms.TypedChoiceField(label=_("排在"), choices=choices, coerce=int, initial=place, required=False)


def moved(parts: Sequence[Any], place: int, form: forms.Form, new: Any) -> tuple[Any, ...]:
    """The parts with one put in its place: taken out, changed, moved, or added at the end."""
    others = [*parts[:place], *parts[place + 1 :]]
    if form.cleaned_data.get("remove"):
        return tuple(others)
    wanted = form.cleaned_data.get("place")
    others.insert(wanted if isinstance(wanted, int) else place, new)
    return tuple(others)


_ANY = _("同一个问题选几个是“或者”，不同问题之间是“并且”；都不选就是一直要")


class QuestionForm(RevisionForm):
    """One question with its options and when it is asked."""

    question = forms.CharField(label=_("问题"), max_length=200)
    help = forms.CharField(label=_("提示"), max_length=300, required=False)
    options = _lines(_("选项"), 4000, help_text=_("每行一个，至少两个；改字不影响已经写好的对应关系"))
    key = forms.CharField(label=_("代号"), max_length=40, required=False, help_text=_OWN_KEY)
    remove = forms.BooleanField(label=_("去掉这个问题"), required=False)

    def __init__(
        self, sent: Any, *, questions: Sequence[SituationPart], place: int, part: SituationPart | None, revision: int
    ) -> None:
        super().__init__(sent, initial=self._initial(part, revision))
        self._part = part
        earlier = questions[:place]
        if part is None:
            del self.fields["remove"]
        else:
            del self.fields["key"]
            self.fields["place"] = _place_field(len(questions), place)
        choices = condition_choices(earlier)
        if choices:
            self.fields["when"] = _ticks(_("什么时候问"), choices, _ANY)
            self.initial["when"] = _ticked(part.when) if part else []
            for option in part.options if part else ():
                name = f"open_{option['value']}"
                label = _("选项“%(label)s”什么时候能选") % {"label": option["label"]}
                self.fields[name] = _ticks(label, choices)
                self.initial[name] = _ticked(option.get("when") or {})
        if part is not None:
            self.order_fields([*(name for name in self.fields if name != "remove"), "remove"])

    @staticmethod
    def _initial(part: SituationPart | None, revision: int) -> dict[str, Any]:
        if part is None:
            return {"revision": revision}
        lines = [option["label"] for option in part.options]
        return {
            "revision": revision,
            "question": part.question,
            "help": part.help,
            "options": "\n".join(lines),
        }

    def part(self) -> SituationPart:
        """The question as the form has it."""
        given = self.cleaned_data
        options = []
        for value, label in self._options([line.strip() for line in given["options"].splitlines() if line.strip()]):
            option: dict[str, Any] = {"value": value, "label": label}
            when = _when(given.get(f"open_{value}", ()))
            options.append({**option, "when": when} if when else option)
        return SituationPart(
            key=self._part.key if self._part else given["key"].strip() or fresh_key("q"),
            question=given["question"].strip(),
            help=given["help"].strip(),
            options=options,
            when=_when(given.get("when", ())),
        )

    def _options(self, lines: Sequence[str]) -> list[tuple[str, str]]:
        """(value, label) of each line: known by its words, else by its place where only words changed."""
        before = list(self._part.options) if self._part else []
        known = {one["label"]: one["value"] for one in before}
        by_place = {line: one["value"] for line, one in zip(lines, before, strict=False) if one["label"] not in lines}
        renamed = by_place if len(lines) == len(before) else {}
        found = []
        for line in lines:
            value, bar, label = line.partition(_BAR)
            pair = (value.strip(), label.strip()) if bar else (known.get(line) or renamed.get(line), line)
            found.append((pair[0] or fresh_key("o"), pair[1]))
        return found


class MemberForm(RevisionForm):
    """One item of the bundle: when it is needed, what it waits for, and what its questions are answered with."""

    key = forms.CharField(label=_("代号"), max_length=40, required=False, help_text=_OWN_KEY)
    note = forms.CharField(label=_("给申请人的说明"), max_length=200, required=False)
    remove = forms.BooleanField(label=_("去掉这个事项"), required=False)

    def __init__(
        self,
        sent: Any,
        *,
        content: BundleContent,
        names: Mapping[str, str],
        part: MemberPart | None,
        entries: Sequence[EntryChoice],
        asked: Sequence[Question],
        revision: int,
    ) -> None:
        super().__init__(sent, initial={"revision": revision})
        self._part, self._content, self._asked, self.names = part, content, asked, names
        others = [
            (one.key, names.get(one.key, one.key)) for one in content.members if part is None or one.key != part.key
        ]
        if part is None:
            del self.fields["remove"]
            choices = [
                (str(one.entry.pk), f"{one.entry.name}（{one.item.department_name}）" if one.item else one.entry.name)
                for one in entries
            ]
            self.fields["entry"] = forms.ChoiceField(label=_("事项"), choices=[("", _("请选择")), *choices])
        else:
            del self.fields["key"]
            self.initial.update({"note": part.note, "when": _ticked(part.when), "after": list(part.after)})
            keys = [one.key for one in content.members]
            self.fields["place"] = _place_field(len(keys), keys.index(part.key))
        if content.questions:
            self.fields["when"] = _ticks(_("什么时候要办"), condition_choices(content.questions), _ANY)
        if others:
            self.fields["after"] = _ticks(_("要等哪些办好"), others, _("都不选就是可以马上办"))
        if part is not None:
            self._add_mapping(part)
            last = ("note", "place", "remove")
            self.order_fields([*(name for name in self.fields if name not in last), *last])
        else:
            self.order_fields(["entry", "when", "after", "note", "key"])

    def _add_mapping(self, part: MemberPart) -> None:
        """For each of the item's questions: always the same answer, or by a question of the bundle."""
        by_question = [
            (f"?{one.key}", _("看“%(name)s”怎么回答") % {"name": one.question}) for one in self._content.questions
        ]
        bundled = {one.key: one for one in self._content.questions}
        for question in self._asked:
            always = [(f"={one['value']}", _("总是：%(label)s") % {"label": one["label"]}) for one in question.options]
            rule = part.answers.get(question.key, {})
            name = f"answer_{question.key}"
            label = _("事项的问题：%(name)s") % {"name": question.question}
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, choices=[("", _("没有对应")), *by_question, *always]
            )
            self.initial[name] = f"={rule['value']}" if "value" in rule else f"?{rule['question']}" if rule else ""
            source = bundled.get(rule.get("question", ""))
            for option in source.options if source else ():
                name = f"map_{question.key}_{option['value']}"
                label = _("答“%(given)s”时，事项的回答") % {"given": option["label"]}
                choices = [("", _("没有对应")), *((one["value"], one["label"]) for one in question.options)]
                self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)
                self.initial[name] = rule["values"].get(option["value"], "")

    def part(self) -> MemberPart:
        """The member as the form has it."""
        given = self.cleaned_data
        base = self._part or MemberPart(key=self._new_key(), entry_id=UUID(given["entry"]))
        rules = {question.key: self._rule(question, base) for question in self._asked} if self._part else {}
        return dataclasses.replace(
            base,
            when=_when(given.get("when", ())),
            after=tuple(given.get("after", ())),
            note=given["note"].strip(),
            answers={key: rule for key, rule in rules.items() if rule},
        )

    def _new_key(self) -> str:
        """The key as typed, or one of its own, the same for the whole of the request."""
        self.cleaned_data["key"] = self.cleaned_data["key"].strip() or fresh_key("m")
        return str(self.cleaned_data["key"])

    def _rule(self, question: Question, base: MemberPart) -> dict[str, Any]:
        chosen = self.cleaned_data.get(f"answer_{question.key}", "")
        if chosen.startswith("="):
            return {"value": chosen[1:]}
        source = next((one for one in self._content.questions if chosen == f"?{one.key}"), None)
        if source is None:
            return {}
        offered = {one["value"] for one in question.options}
        if base.answers.get(question.key, {}).get("question") == source.key:
            pairs = {
                one["value"]: self.cleaned_data.get(f"map_{question.key}_{one['value']}", "") for one in source.options
            }
        else:  # chosen just now: answers of the same name belong together, the rest is asked on the next page
            pairs = {one["value"]: one["value"] if one["value"] in offered else "" for one in source.options}
        return {"question": source.key, "values": {given: value for given, value in pairs.items() if value}}

    def has_new_source(self) -> bool:
        """Whether a question was chosen just now, so that its answers are still to be looked at."""
        before = self._part.answers if self._part else {}
        after = self.part().answers
        return any(rule.get("question") != before.get(key, {}).get("question") for key, rule in after.items())


class BundleStepForm(VersionStepForm):
    """One step on a bundle's version; it names from when to when the bundle is offered."""

    cancel_on = None  # type: ignore[assignment]
    ends_on = _day(_("到哪天为止"), _("长期联办的空着；从那天起不再提供"))
