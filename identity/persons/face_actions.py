"""Level four by a face service (实人核验): only where one is configured."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from common import events
from identity import events as codes
from identity import levels
from identity.actor import Actor
from identity.errors import MandateNotYours, TooManyTries
from identity.models import Person, VerificationRecord
from identity.persons import changes
from identity.persons.errors import FaceDiffers, NoFaceService
from identity.verification import Result, face
from identity.verification.face import FaceCheck, FaceSource

_TRIES_PER_DAY = 5
_FACTS = ("id_number", "name", "face")


def begin_face_check(actor: Actor, *, return_url: str) -> str:
    """Return the address of the face service's own page for the signed-in person.

    Raises :class:`NoFaceService` where none is configured, or :class:`VerificationUnavailable`.
    """
    person, service = _own(actor), _service()
    return service.begin(document=person.document, name=person.name, return_url=return_url)


def finish_face_check(actor: Actor, *, proof: str) -> int:
    """Redeem the service's proof; agreeing, the level rises to four. Returns the level.

    Raises :class:`NoFaceService`, :class:`FaceDiffers`, :class:`TooManyTries` after five misses in a day, or
    :class:`VerificationUnavailable`; then the level is as it was.
    """
    person, service = _own(actor), _service()
    if _ask(actor, person, service, proof) != Result.AGREED:
        raise FaceDiffers
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        changes.set_level(actor, person, levels.FACE_AGREES, source=service.name)
    return person.assurance_level


@transaction.atomic
def _ask(actor: Actor, person: Person, service: FaceSource, proof: str) -> Result:
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    tried = VerificationRecord.objects.filter(
        person=person, source=service.name, created_at__gt=timezone.now() - dt.timedelta(days=1)
    )
    if tried.exclude(result=Result.AGREED).count() >= _TRIES_PER_DAY:
        raise TooManyTries
    result = service.compare(FaceCheck(person.document, person.name, proof[:500]))
    VerificationRecord.objects.create(
        person=person,
        id_number_index=person.id_number_index,
        source=service.name,
        facts=list(_FACTS),
        result=result,
    )
    detail = {"source": service.name, "result": str(result), "level": person.assurance_level}
    events.record(codes.LEVEL_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return result


def _own(actor: Actor) -> Person:
    if not actor.is_citizen or actor.principal_id != actor.person_id:
        raise MandateNotYours
    return Person.objects.get(pk=actor.person_id)


def _service() -> FaceSource:
    found = face.source()
    if found is None:
        raise NoFaceService
    return found
