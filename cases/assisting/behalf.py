"""In whose name somebody at a window may have something done: their own, their organisation's, or by a mandate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.assisting import errors
from cases.assisting.models import Assistance
from cases.assisting.rules import InWhoseName
from common.formatting import format_date
from identity.actor import Actor
from identity.errors import MandateOutOfScope
from identity.mandates.queries import acted_for, state_now
from identity.mandates.rules import FOREVER, scope_of
from identity.models import Mandate, Organisation, Party, Person
from identity.organisations.queries import ended
from identity.queries import get_party, represented_organisations
from identity.scope import Scope

Covers = Callable[[Scope], bool]
_LIVE = {Mandate.State.ACCEPTED}


def is_whole(scope: Scope) -> bool:
    """Whether a mandate reaches a bundle: one for some items or one case does not."""
    return not scope.is_limited


@dataclass(frozen=True, slots=True)
class Behalf:
    """A party, and the mandate by which the person at the window acts for it; none for themselves and for the
    organisation they represent by law.
    """

    party: Party
    mandate: Mandate | None = None

    @property
    def by_what(self) -> str:
        """As what they act, and until when; empty without a mandate."""
        if self.mandate is None:
            return ""
        kind = str(Mandate.Kind(self.mandate.kind).label)
        if self.mandate.ends_on == FOREVER:
            return kind
        return _("%(kind)s，到%(day)s为止") % {"kind": kind, "day": format_date(self.mandate.ends_on)}

    @property
    def in_law(self) -> str:
        """The same in the words that are asked and frozen, whatever the page's language."""
        with translation.override("zh-hans"):
            return self.by_what


def others_of(person: Person, covers: Covers) -> list[Behalf]:
    """For whom else they may have this done today: their organisations, then mandates that reach it (two queries and
    one for each organisation).
    """
    represented = [Behalf(get_party(one.pk)) for one in represented_organisations(person.pk)]
    own = {one.party.pk for one in represented}
    given = [Behalf(one.principal, one) for one in acted_for(person.pk) if covers(scope_of(one))]
    return [*represented, *(one for one in given if one.party.pk not in own)]


def chosen(person: Person, party_id: UUID | None, covers: Covers) -> Behalf:
    """The party they chose, themselves for None, as online: only what counts today.

    Raises :class:`OrganisationNotActive`, :class:`MandateOutOfScope`, or :class:`AssistanceInvalid` at the party.
    """
    if party_id is None or party_id == person.pk:
        return Behalf(get_party(person.pk))
    represented = Organisation.objects.filter(pk=party_id, legal_representative_id=person.pk).first()
    if represented is not None and represented.state != Organisation.State.ACTIVE:
        raise ended(represented)
    if represented is not None:
        return Behalf(get_party(represented.pk))
    mandate = next((one for one in acted_for(person.pk) if one.principal_id == party_id), None)
    if mandate is None:
        raise errors.AssistanceInvalid(fields={"party": _("来的人现在不能替它办事：没有授权，或者授权已经结束。")})
    if not covers(scope_of(mandate)):
        raise MandateOutOfScope
    return Behalf(mandate.principal, mandate)


def whose_name(person: Person, behalf: Behalf) -> InWhoseName:
    """How the consent names the party."""
    return InWhoseName("您本人" if behalf.party.pk == person.pk else behalf.party.name, behalf.in_law)


def still_stands(row: Assistance) -> bool:
    """Whether the person of a session may still act for its party today (loaded with its parts; no query)."""
    if row.party_id == row.person_id:
        return True
    if row.mandate is not None:
        row.mandate.principal = row.party
        is_begun = row.mandate.starts_on <= timezone.localdate()
        return is_begun and row.mandate.agent_id == row.person_id and state_now(row.mandate) in _LIVE
    organisation = row.party.organisation
    is_theirs = organisation.legal_representative_id == row.person_id
    return is_theirs and organisation.state == Organisation.State.ACTIVE


def under(actor: Actor, row: Assistance) -> Actor:
    """The person of a session as an actor under its mandate, if there is one: limited as online."""
    if row.mandate is None:
        return actor
    mandate = row.mandate
    return replace(actor, mandate_id=mandate.pk, mandate_kind=mandate.kind, scope=scope_of(mandate))
