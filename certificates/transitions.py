"""One change of a certificate's state: looked up in the table, written down, told to whoever relies on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from certificates import errors, listeners
from certificates import events as codes
from certificates.models import Certificate, CertificateOperation, TypeDuty
from certificates.states import GROUNDS, TABLE, Operation
from common import events
from common.formatting import action_label, code_label
from identity.actor import Actor, ActorKind
from identity.permissions import Permission

LEAST_STATED = ("reason", "legal_basis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Why a state changes: reason, legal basis, the legal ground's key (``states.GROUNDS``), the decision's number."""

    reason: str = ""
    legal_basis: str = ""
    ground: str = ""
    decision_number: str = ""
    proposer_id: UUID | None = None  # of two persons: who proposed; the actor approves

    def cleaned(self) -> "Stated":
        """Without blanks around, cut to the columns."""
        return Stated(
            reason=self.reason.strip()[:500],
            legal_basis=self.legal_basis.strip()[:200],
            ground=self.ground.strip(),
            decision_number=self.decision_number.strip()[:60],
            proposer_id=self.proposer_id,
        )


def check_stated(operation: Operation, stated: Stated) -> Stated:
    """Return what was stated, cleaned. Raises :class:`ReasonMissing`, :class:`GroundMissing` or
    :class:`DecisionNumberMissing`, each with its fields.
    """
    stated = stated.cleaned()
    if missing := {name: _("必填") for name in LEAST_STATED if not getattr(stated, name)}:
        raise errors.ReasonMissing(fields=missing)
    if operation in GROUNDS and stated.ground not in GROUNDS[operation]:
        raise errors.GroundMissing(fields={"ground": _("请选择法定情形。")})
    if TABLE[operation].is_second and not stated.decision_number:
        raise errors.DecisionNumberMissing(fields={"decision_number": _("必填")})
    return stated


def may(actor: Actor, certificate: Certificate, right: TypeDuty.Right) -> bool:
    """Whether the post may do this: the department's deciders, or those among them the type names posts for."""
    needed = Permission.ISSUE_CERTIFICATE if right == TypeDuty.Right.ISSUE else Permission.SUSPEND_CERTIFICATE
    if actor.kind == ActorKind.SYSTEM:
        return True
    return actor.may(needed, certificate.issuer_id) and is_entrusted(actor, certificate.type_id, right)


def is_entrusted(actor: Actor, type_id: UUID, right: TypeDuty.Right) -> bool:
    """Whether the type leaves this to every decider or names the actor's post."""
    posts = set(TypeDuty.objects.filter(type_id=type_id, right=right).values_list("post_id", flat=True))
    return not posts or actor.post_id in posts


def require(actor: Actor, certificate: Certificate, operation: Operation) -> None:
    """Raise :class:`CertificateNotFound` for outsiders, :class:`NotEntrusted` for a post the type does not name."""
    if actor.kind == ActorKind.SYSTEM:
        return
    if not actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id):
        raise errors.CertificateNotFound
    right = TABLE[operation].right
    if not is_entrusted(actor, certificate.type_id, right):
        raise errors.NotEntrusted(right=right.label)


def check_table(certificate: Certificate, operation: Operation) -> None:
    """Raise :class:`OperationNotAllowed` unless the table leads from the certificate's state by this operation."""
    change = TABLE.get(operation)
    if change is None or certificate.state not in change.sources:
        state, wanted = code_label(certificate.get_state_display()), action_label(operation.label)
        raise errors.OperationNotAllowed(state=state, operation=wanted)


def apply(certificate: Certificate, operation: Operation, actor: Actor, stated: Stated) -> Certificate:
    """Take one step of the table on a locked certificate; every listener hears of it in the same transaction."""
    check_table(certificate, operation)
    change = TABLE[operation]
    before, certificate.state = certificate.state, change.target
    certificate.save(update_fields=["state", "updated_at"])
    log(certificate, operation, before, actor, stated)
    events.record(
        codes.STATE_CHANGED,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=certificate.holder_id,
        operation=str(operation),
        reason=stated.reason,
        **{"from": str(before), "to": str(certificate.state)},
    )
    if not change.has_successor:  # the holder's right goes on under the next version
        listeners.notify(certificate)
    return certificate


def log(certificate: Certificate, operation: Operation, from_state: str, actor: Actor, stated: Stated) -> None:
    """Append to the certificate's history."""
    CertificateOperation.objects.create(
        certificate=certificate,
        operation=operation,
        from_state=from_state,
        to_state=certificate.state,
        reason=stated.reason,
        legal_basis=stated.legal_basis,
        ground=stated.ground,
        decision_number=stated.decision_number,
        actor_id=stated.proposer_id or actor.account_id,
        approved_by_id=actor.account_id if stated.proposer_id else None,
    )


def log_all(certificates: Iterable[Certificate], operation: Operation, actor: Actor, stated: Stated) -> None:
    """Begin the history of many certificates at once."""
    CertificateOperation.objects.bulk_create(
        CertificateOperation(
            certificate=one,
            operation=operation,
            to_state=one.state,
            reason=stated.reason,
            legal_basis=stated.legal_basis,
            actor_id=actor.account_id,
        )
        for one in certificates
    )
