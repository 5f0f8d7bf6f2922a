"""The certificates the cast holds before anybody applies: what the departments issued over the years."""

import datetime as dt

from certificates.actions import issue
from certificates.models import Certificate, CertificateType
from identity.actor import Actor
from identity.models import Party, Person
from identity.queries import authority_values
from portal.demo import timeline
from portal.demo.people import Cast
from portal.demo.reading import Row, cast_rows

_Key = tuple[str, str, str]  # type key, holder's id, child's name


def load(actor: Actor, cast: Cast) -> int:
    """Issue the certificates that were never issued, each on its day; returns how many."""
    types = {kind.key: kind for kind in CertificateType.objects.select_related("definer__region")}
    parties = [*cast.persons.values(), *cast.organisations.values()]
    known = {
        (certificate.type.key, str(certificate.holder_id), str(certificate.face.get("child_name", "")))
        for certificate in Certificate.objects.filter(holder_id__in=[p.pk for p in parties]).select_related("type")
    }
    return sum(_issue(actor, cast, row, types[row["type"]], known) for row in cast_rows("certificates"))


def _issue(actor: Actor, cast: Cast, row: Row, kind: CertificateType, known: set[_Key]) -> bool:
    holder = cast.party(row["holder"])
    child = cast.persons.get(row.get("child", ""))
    if (kind.key, str(holder.pk), child.name if child else "") in known:
        return False
    day: dt.date = row.get("issued_on") or timeline.months_ago(row["months_ago"])
    with timeline.on(day):
        issue(
            actor,
            certificate_type=kind,
            holder=holder,
            issuer=kind.definer,
            face=_face(kind, holder, row, child, cast.persons.get(row.get("spouse", ""))),
            issued_on=day,
        )
    return True


def _face(
    kind: CertificateType, holder: Party, row: Row, child: Person | None, spouse: Person | None
) -> dict[str, str]:
    values = authority_values(holder, None)
    values |= _about("child", child) | _about("spouse", spouse)
    face = {field["key"]: values[field["element"]] for field in kind.fields if field.get("element") in values}
    code = holder.code
    return face | {key: str(value).replace("{id_number}", code) for key, value in row["face"].items()}


def _about(role: str, person: Person | None) -> dict[str, str]:
    """Answer the fields about a child or a spouse: ``child.name`` as ``person.name`` of that person."""
    if person is None:
        return {}
    register = authority_values(person.party, person)
    return {
        code.replace("person.", f"{role}."): value for code, value in register.items() if code.startswith("person.")
    }
