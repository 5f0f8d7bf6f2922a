"""The words of every event: those that came with the site, until a city writes its own. Every version is kept."""

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import events
from identity import events as codes
from identity.actor import Actor
from identity.messaging import errors, kinds
from identity.messaging.kinds import LANGUAGES, OUTSIDE_FIELDS, Kind, Words
from identity.models import MessageTemplate
from identity.permissions import Permission

LONGEST = {"title": 60, "body": 1000, "brief": 140}
_DIGITS = re.compile(r"\d{6,}")  # a code, an ID number, a phone
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Current:
    """The words that count, and the version they have; 0 for those that came with the site."""

    title: str
    body: str
    brief: str
    version: int = 0
    is_default: bool = True


def current(kind: Kind, language: str) -> Current:
    """The words of an event in a language now (one query)."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    row = MessageTemplate.objects.filter(event=kind.code, language=chosen).order_by("-version").first()
    return _current(kind, chosen, row)


def _current(kind: Kind, language: str, row: MessageTemplate | None) -> Current:
    if row is None or row.is_default:
        first = kind.words[language]
        return Current(first.title, first.body, first.brief, row.version if row else 0)
    return Current(row.title, row.body, row.brief, row.version, is_default=False)


def overview(actor: Actor) -> list[tuple[Kind, dict[str, Current]]]:
    """Every event with its words in each language (one query); raises :class:`Forbidden`."""
    require_keeper(actor)
    newest: dict[tuple[str, str], MessageTemplate] = {}
    for row in MessageTemplate.objects.order_by("event", "language", "-version").distinct("event", "language"):
        newest[row.event, row.language] = row
    return [
        (kind, {language: _current(kind, language, newest.get((kind.code, language))) for language in LANGUAGES})
        for kind in kinds.every()
    ]


def get(actor: Actor, *, event: str, language: str) -> tuple[Kind, Current, list[MessageTemplate]]:
    """An event, its words now and its versions, newest first. Raises :class:`TemplateNotFound` or Forbidden."""
    require_keeper(actor)
    kind = kinds.find(event)
    if kind is None or language not in LANGUAGES:
        raise errors.TemplateNotFound
    rows = MessageTemplate.objects.filter(event=event, language=language).select_related("made_by")
    versions = list(rows.order_by("-version")[:20])
    return kind, _current(kind, language, versions[0] if versions else None), versions


def require_keeper(actor: Actor) -> None:
    """Whoever connects systems keeps the words too; raises :class:`Forbidden`."""
    if not actor.departments(Permission.MANAGE_CLIENTS):
        actor.require(Permission.MANAGE_CLIENTS, None)


def save(actor: Actor, *, event: str, language: str, words: Words, expected_version: int) -> MessageTemplate:
    """Write a new version. Raises :class:`TemplateInvalid` by field, TemplateStale or TemplateNotFound."""
    kind, now, _versions = get(actor, event=event, language=language)
    problems = problems_of(kind, words)
    if problems:
        raise errors.TemplateInvalid(fields=problems)
    stripped = {"title": words.title.strip(), "body": words.body.strip(), "brief": words.brief.strip()}
    return _write(actor, kind, language, now.version, expected_version, is_default=False, **stripped)


def reset(actor: Actor, *, event: str, language: str, expected_version: int) -> MessageTemplate:
    """Go back to the words that came with the site, as a new version. Raises as :func:`save`."""
    kind, now, _versions = get(actor, event=event, language=language)
    return _write(actor, kind, language, now.version, expected_version, is_default=True)


def _write(
    actor: Actor, kind: Kind, language: str, now: int, expected: int, *, is_default: bool, **words: str
) -> MessageTemplate:
    if expected != now:
        raise errors.TemplateStale
    try:
        with transaction.atomic():
            row = MessageTemplate.objects.create(
                event=kind.code,
                language=language,
                version=now + 1,
                is_default=is_default,
                made_by_id=actor.known_account_id,
                **words,
            )
            events.record(
                codes.TEMPLATE_SAVED,
                actor=actor,
                subject_id=row.pk,
                message=kind.code,
                language=language,
                version=row.version,
                is_default=is_default,
            )
    except IntegrityError as error:  # somebody else's version came first
        raise errors.TemplateStale from error
    return row


def problems_of(kind: Kind, words: Words) -> dict[str, str]:
    """What is wrong with words for an event, by field; empty when they can be saved."""
    allowed = {"title": frozenset[str](), "body": kind.fields, "brief": kind.fields & OUTSIDE_FIELDS}
    found = {}
    for name, fields in allowed.items():
        problem = _problem(getattr(words, name).strip(), fields, LONGEST[name])
        if problem:
            found[name] = problem
    return found


def _problem(text: str, fields: frozenset[str], longest: int) -> str:
    if not text:
        return _("请填写。")
    if len(text) > longest:
        return _("最多 %(most)s 个字，现在是 %(count)s 个。") % {"most": longest, "count": len(text)}
    if any(ord(letter) < 32 and letter not in "\r\n" for letter in text):
        return _("有不能用的字符。")
    unknown = sorted(kinds.places_in(text) - fields)
    if unknown:
        named = "、".join(f"{{{name}}}" for name in unknown)
        return _("这里不能用 %(names)s。可以用的：%(fields)s。") % {
            "names": named,
            "fields": "、".join(f"{{{name}}}" for name in sorted(fields)) or _("没有"),
        }
    if kinds.has_stray_braces(text):
        return _("花括号只能用来写占位符，例如 {number}。")
    if _DIGITS.search(text):
        return _("不能写六位以上的数字：消息里不放号码和验证码。")
    if _LINK.search(text):
        return _("不能写网址：请群众自己登录一站通，防止假冒短信。")
    return ""
