"""Which of the proofs that were found meets a requirement, and why the others do not; pure.

What is found may come in any order: the outcome is the same.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.held import HeldCertificate, HeldDocument
from certificates.models import Certificate, Document
from certificates.rules import is_fresh
from common.formatting import code_label


class Way(StrEnum):
    """How a requirement is met; the values are those of a case's material."""

    CERTIFICATE = "certificate"
    VERIFIED = "verified"
    EARLIER = "earlier"
    PROMISE = "promise"
    DEFERRED = "deferred"
    MISSING = "missing"


HELD = frozenset({Way.CERTIFICATE, Way.VERIFIED, Way.EARLIER})


class Cause(StrEnum):
    """Why something does not meet a requirement; permanent codes."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SUSPENDED = "suspended"
    ENDED = "ended"  # cancelled, annulled or revoked
    STALE = "stale"  # compared or handed in too long ago
    DISPUTED = "disputed"
    BEING_SCANNED = "being_scanned"
    SELF_MADE = "self_made"  # grade D: made anew each time
    REFUSED = "refused"  # the applicant wants nothing taken over
    NONE_OF_THESE = "none_of_these"  # none of the alternatives is held
    ANOTHERS = "anothers"  # who acts for the holder has papers of their own; they were not looked at


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that was considered and does not count."""

    cause: Cause
    words: str

    def stored(self) -> dict[str, str]:
        """As JSON, to be kept with the decision."""
        return {"cause": self.cause.value, "words": self.words}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked for, in this room's words: any of ``type_ids``, else a document of any of ``kinds``.

    ``holder_id`` is whose proof it must be (None: nobody's yet). ``names`` are the alternatives in words.
    ``renewed_ids``: types whose certificate counts after its last day too, as it is brought to be renewed.
    ``is_refused``: the applicant wants nothing taken over. ``for_another``: somebody acts for the holder.
    """

    key: str
    holder_id: UUID | None
    type_ids: frozenset[UUID] = frozenset()
    kinds: tuple[str, ...] = ()
    fresh_days: int | None = None
    may_promise: bool = False
    may_defer: bool = False
    names: tuple[str, ...] = ()
    renewed_ids: frozenset[UUID] = frozenset()
    is_refused: bool = False
    for_another: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What meets a requirement, the sentence the page shows, and what was passed over."""

    way: Way
    reason: str
    certificate: HeldCertificate | None = None
    document: HeldDocument | None = None
    passed: tuple[Passed, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether something the holder has stands for it."""
        return self.way in HELD


def decide(
    requirement: Requirement,
    certificates: Iterable[HeldCertificate],
    documents: Iterable[HeldDocument],
    *,
    today: dt.date,
) -> Resolution:
    """Take the first match: the newest valid certificate, a verified document still fresh, an earlier upload.

    Both lists may hold others' rows and rows of other kinds: they are left alone without a word.
    """
    if requirement.is_refused:
        return _nothing(requirement, (Passed(Cause.REFUSED, _("您选择了不使用已有的信息，没有去查证照库和材料库")),))
    own = sorted((one for one in certificates if _is_asked(requirement, one)), key=_newest_certificate, reverse=True)
    valid = next((one for one in own if cause_of(one, today) is None), None)
    if valid:
        return Resolution(Way.CERTIFICATE, certificate_reason(valid), certificate=valid)
    over = next((one for one in own if one.type_id in requirement.renewed_ids), None)
    if over and over.valid_until and cause_of(over, today) == Cause.EXPIRED:
        ended = _("证照库中有，%(day)s 到期，就用它换新") % {"day": over.valid_until.isoformat()}
        return Resolution(Way.CERTIFICATE, ended, certificate=over)
    passed = [*_lapsed(own, today)]
    papers = sorted((one for one in documents if _is_kind(requirement, one)), key=_newest_document, reverse=True)
    for way, grade in ((Way.VERIFIED, Document.Grade.B), (Way.EARLIER, Document.Grade.C)):
        found = next((one for one in papers if one.grade == grade and not _flaw(requirement, one, today)), None)
        if found:
            reason = _verified_reason(found) if way == Way.VERIFIED else _earlier_reason(found)
            if found.disputed_at is not None:  # offered as nobody's word: its original is seen again
                doubt = _("“%(name)s”原来的核验有异议，要重新核对原件") % {"name": found.name}
                passed.append(Passed(Cause.DISPUTED, doubt))
            return Resolution(way, reason, document=found, passed=tuple(passed))
    passed += _unfit(requirement, papers, today)
    return _nothing(requirement, tuple(passed))


def _is_asked(requirement: Requirement, certificate: HeldCertificate) -> bool:
    return certificate.holder_id == requirement.holder_id and certificate.type_id in requirement.type_ids


def _is_kind(requirement: Requirement, document: HeldDocument) -> bool:
    return document.owner_id == requirement.holder_id and document.kind in requirement.kinds


def _newest_certificate(certificate: HeldCertificate) -> tuple[dt.date, str]:
    return certificate.issued_on, str(certificate.pk)


def _newest_document(document: HeldDocument) -> tuple[dt.datetime, str]:
    return document.created_at, str(document.pk)


def cause_of(certificate: HeldCertificate, today: dt.date) -> Cause | None:
    """Why a certificate does not count on a day; None: it does. The nightly run need not have come by."""
    state = Certificate.State
    if certificate.state == state.SUSPENDED:
        return Cause.SUSPENDED
    if certificate.state in {state.CANCELLED, state.ANNULLED, state.REVOKED}:
        return Cause.ENDED
    if certificate.state == state.EXPIRED or (certificate.valid_until and certificate.valid_until < today):
        return Cause.EXPIRED
    return Cause.NOT_YET_VALID if certificate.valid_from > today else None


def _lapsed(certificates: Sequence[HeldCertificate], today: dt.date) -> Iterable[Passed]:
    """Of each type the newest that does not count, with what is wrong with it."""
    told: set[UUID] = set()
    for certificate in certificates:
        cause = cause_of(certificate, today)
        if cause is None or certificate.type_id in told:
            continue
        told.add(certificate.type_id)
        yield Passed(cause, _lapsed_words(certificate, cause))


def _lapsed_words(certificate: HeldCertificate, cause: Cause) -> str:
    values = {"name": certificate.type_name}
    if cause == Cause.EXPIRED and certificate.valid_until:
        return _("%(name)s已于 %(day)s 到期") % {**values, "day": certificate.valid_until.isoformat()}
    if cause == Cause.NOT_YET_VALID:
        return _("%(name)s从 %(day)s 起才有效") % {**values, "day": certificate.valid_from.isoformat()}
    return _("%(name)s%(state)s") % {**values, "state": code_label(Certificate.State(certificate.state).label)}


def _flaw(requirement: Requirement, document: HeldDocument, today: dt.date) -> Cause | None:
    """What keeps a document from being used again; None: nothing."""
    if document.grade == Document.Grade.D:
        return Cause.SELF_MADE
    if document.scan == Document.Scan.WAITING:
        return Cause.BEING_SCANNED
    since = timezone.localdate(document.verified_at or document.created_at)
    return None if is_fresh(since, requirement.fresh_days, today) else Cause.STALE


def _unfit(requirement: Requirement, documents: Sequence[HeldDocument], today: dt.date) -> Iterable[Passed]:
    """Of each kind the newest document, with what is wrong with it."""
    told: set[str] = set()
    for document in documents:
        cause = _flaw(requirement, document, today)
        if cause is None or document.kind in told:
            continue
        told.add(document.kind)
        yield Passed(cause, _unfit_words(requirement, document, cause))


def _unfit_words(requirement: Requirement, document: HeldDocument, cause: Cause) -> str:
    values = {"name": document.name, "day": timezone.localdate(document.created_at).isoformat()}
    if cause == Cause.SELF_MADE:
        return _("“%(name)s”是您 %(day)s 自己写的，每次办事要重新写") % values
    if cause == Cause.BEING_SCANNED:
        return _("“%(name)s”还在检查病毒") % values
    limit = {**values, "days": requirement.fresh_days}
    if document.verified_at is None:
        return _("“%(name)s”%(day)s 上传，超过了 %(days)s 天") % limit
    limit["day"] = timezone.localdate(document.verified_at).isoformat()
    return _("“%(name)s”%(day)s 核验，超过了 %(days)s 天") % limit


def _nothing(requirement: Requirement, passed: tuple[Passed, ...]) -> Resolution:
    """Nothing held counts: what else is open, and why nothing did."""
    if not passed and len(requirement.names) > 1:
        words = _("证照库和材料库里都没有：%(names)s") % {"names": "、".join(requirement.names)}
        passed = (Passed(Cause.NONE_OF_THESE, words),)
    if requirement.for_another and not requirement.is_refused:
        passed = (*passed, Passed(Cause.ANOTHERS, _("只看申请人自己的，代办人的证照和材料不算")))
    if requirement.may_promise:
        return Resolution(Way.PROMISE, _("可以告知承诺，不用交；办结后按承诺核查"), passed=passed)
    if requirement.may_defer:
        return Resolution(Way.DEFERRED, _("可以先受理，材料随后补交"), passed=passed)
    return Resolution(Way.MISSING, _("请上传：拍照或 PDF，不超过 20 MB"), passed=passed)


_STRENGTH = (Way.CERTIFICATE, Way.VERIFIED, Way.EARLIER, Way.PROMISE, Way.DEFERRED, Way.MISSING)


def together(parts: Sequence[tuple[str, Resolution]]) -> Resolution:
    """All of several: as good as the weakest of them, and each with its own sentence. ``parts``: name, resolution."""
    weakest = max((resolution for _name, resolution in parts), key=lambda one: _STRENGTH.index(one.way))
    told = "；".join(_("%(name)s：%(reason)s") % {"name": name, "reason": one.reason} for name, one in parts)
    passed = tuple(one for _name, resolution in parts for one in resolution.passed)
    return Resolution(weakest.way, told, passed=passed)


def _verified_reason(document: HeldDocument) -> str:
    body = document.verified_by or _("窗口")
    seen_on = timezone.localdate(document.verified_at)
    return _("%(body)s已于 %(day)s 与原件核对") % {"body": body, "day": seen_on.isoformat()}


def _earlier_reason(document: HeldDocument) -> str:
    day = timezone.localdate(document.created_at).isoformat()
    return _("您 %(day)s 上传过，可以直接用；决定前工作人员会核对原件") % {"day": day}


def certificate_reason(certificate: HeldCertificate) -> str:
    """Say where a certificate comes from and how long it is good."""
    values = {"issuer": certificate.issuer_name, "day": certificate.issued_on.isoformat()}
    if certificate.valid_until is None:
        return _("证照库中有效，%(issuer)s %(day)s 签发") % values
    return _("证照库中有效，%(issuer)s签发，至 %(until)s") % {**values, "until": certificate.valid_until.isoformat()}
