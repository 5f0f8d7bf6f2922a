"""What checks find before something is published: permanent codes, how grave, words for people, and the refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. ``asks_in_vain``: it finds that people are asked for what is known (不重复要)."""

    text: str | Promise
    is_error: bool = True
    asks_in_vain: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found, by a check that the room's own :attr:`rules` know. ``where`` is a column or part."""

    rules: ClassVar[Mapping[str, Rule]] = {}

    code: str
    where: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    is_waived: bool = False

    @property
    def rule(self) -> Rule:
        """The check that found it."""
        return self.rules[self.code]

    @property
    def is_error(self) -> bool:
        """Whether it keeps the version from being published."""
        return self.rule.is_error and not self.is_waived

    @property
    def message(self) -> str:
        """What is wrong, in the active language."""
        text = str(self.rule.text)
        return text % self.params if self.params else text


class Refused(Invalid):
    """The checks found errors; ``findings`` lists them all."""

    message = _("检查有 %(count)s 处错误，改好才能继续：%(first)s")

    def __init__(self, findings: Sequence[Found]) -> None:
        errors = [finding for finding in findings if finding.is_error]
        fields: Mapping[str, Text] = {finding.where: finding.message for finding in errors}
        super().__init__(fields=fields, count=len(errors), first=errors[0].message if errors else "")
        self.findings = list(findings)
