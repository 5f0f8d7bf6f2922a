"""For whom else somebody at a window may have something done: looked up when they say that it is not for themselves."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases import errors as case_errors
from cases.assisting import errors, opening
from cases.assisting.begin_actions import BundleWish
from cases.assisting.behalf import Behalf, is_whole, others_of
from cases.assisting.desk_actions import Wish
from cases.drafting import fits
from common import events
from identity import events as identity_codes
from identity.actor import Actor
from identity.models import Person
from services import queries as catalogue
from services.bundles import queries as bundles


@transaction.atomic
def offer(actor: Actor, *, wish: Wish | BundleWish) -> list[Behalf]:
    """The parties in whose name this may be done today by who stands there; that the clerk looked is recorded.

    Raises :class:`NotSeen`, :class:`PersonNotFound`, :class:`OwnAssistance`, :class:`ItemNotApplicable`,
    :class:`BundleNotFound`, or where there is none :class:`AssistanceInvalid`.
    """
    opening.require_seen(wish.is_seen)
    if isinstance(wish, BundleWish):
        bundle = bundles.get_offered(wish.bundle_code)
        person = _known(actor, wish, name=bundle.name)
        found = others_of(person, is_whole)
        return _some(found, name=bundle.name)
    item = catalogue.get_item(wish.item_id)
    version = item.current
    if version is None:
        raise case_errors.ItemNotApplicable
    person = _known(actor, wish, name=version.name)
    found = others_of(person, lambda scope: scope.covers_item(item.code))
    return _some([one for one in found if fits(version, one.party)], name=version.name)


def _known(actor: Actor, wish: Wish | BundleWish, *, name: str) -> Person:
    reason = _("窗口代办：%(item)s") % {"item": name}
    person = opening.identified(actor, wish.document, reason=reason)
    events.record(
        identity_codes.MANDATES_LOOKED_UP, actor=actor, subject_id=person.pk, holder_id=person.pk, reason=reason[:200]
    )
    return person


def _some(found: list[Behalf], *, name: str) -> list[Behalf]:
    if found:
        return found
    message = _("这个人今天没有可以用来办“%(item)s”的授权，也不是哪个单位的法定代表人（经营者）。") % {"item": name}
    raise errors.AssistanceInvalid(fields={"whose": message})
