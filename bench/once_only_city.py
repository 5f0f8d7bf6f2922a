"""The city of ``bench/once_only.py``: it serves some of its people for years and counts what they hand in.

Every draft is resolved by the real resolver and prefilled by the real prefill, on real rows: the certificates that
earlier errands resulted in, the documents handed in and compared once, the answers given before. Each proof that is
used gets its purpose-bound grant. Terms end, verdicts grow stale, some people refuse, some act for others.

Counted are materials that must be there, not those people may leave out. Where the item takes a declaration
(告知承诺) it is given with reuse and without: that is nobody's reuse. An earlier upload spares the upload, and still
costs the visit to show the original.
"""

import dataclasses
import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from bench.once_only_answers import Facts, situation_of
from bench.once_only_lives import BY_AGENT, OLD_MARRIAGES, REGISTER_PAGE, STOCK, YEARS, Life, id_digits, life_of
from bench.once_only_totals import Totals, reason
from bench.once_only_typed import typed, value_of
from cases import evidence, prefill
from cases.models import Case
from cases.states import Outcome, State
from certificates import validity
from certificates.choosing import Resolution, Way
from certificates.models import Certificate, CertificateType, Document, Grant
from certificates.reuse import resolve
from common.checksums import id_number_check
from identity.actions import open_account, register_organisation, register_person
from identity.actor import SYSTEM
from identity.models import Organisation, Party, Person
from identity.queries import authority_values
from identity.rules import make_uscc
from portal.demo import timeline
from services.codes import MaterialNeed
from services.descriptions import PREFETCH
from services.forms import visible_steps
from services.models import DataElement, MaterialRequirement, ServiceItem
from services.pieces import Piece, full_name, kinds_of, own_kind

_BATCH = 200  # drafts resolved together
_Asked = tuple[MaterialRequirement, Piece | None]


@dataclass
class Household:
    """A person of the simulation with what they act for."""

    life: Life
    person: Person
    chance: Random
    shop: Organisation | None = None
    held: dict[str, dt.date | None] = field(default_factory=dict)  # type of certificate → last day of the newest one


class City:
    """The catalogue as it is loaded, some people, and the months as they pass.

    ``people`` are numbers, the first one even; ``reuse`` off: all of them want nothing taken over.
    """

    def __init__(self, people: range, *, reuse: bool = True) -> None:
        self.reuse = reuse
        self.series = people.start  # what this city makes is numbered apart from another process's
        items = ServiceItem.objects.filter(current__isnull=False).select_related(
            "current__result_type", "department__region"
        )
        self.items = {item.name: item for item in items.prefetch_related(*(f"current__{name}" for name in PREFETCH))}
        self.types = {kind.key: kind for kind in CertificateType.objects.select_related("definer")}
        self.elements = {one.code: one for one in DataElement.objects.all()}
        # The years lie behind today, so that every day of them is one the calendar and the rules know.
        self.first_day = timezone.localdate().replace(day=1) - dt.timedelta(days=365 * YEARS)
        self.totals = Totals()
        self.made, self.month = 0, 0
        self.households = [self._settle(life_of(number)) for number in people]
        first = self.households[0].person
        self.clerk = open_account(SYSTEM, person=first, password=None)

    def _settle(self, life: Life) -> Household:
        digits = id_digits(life, self.first_day)
        person = register_person(
            SYSTEM,
            name="李" + "一二三四五六七八九十"[life.number % 10] + "明华丽军芳"[life.number // 10 % 5],
            id_number=digits + id_number_check(digits),
            phone=f"139{life.number:08d}",
            address="示范市中心区人民路18号",
            assurance_level=4,
        )
        household = Household(life, person, Random(life.number + 97))
        with timeline.on(self.first_day):
            self._stock(household)
        return household

    def _stock(self, household: Household) -> None:
        """What the store holds of somebody before the first errand: not everything was ever issued electronically."""
        life, chance = household.life, household.chance
        held = [key for key, (share, age) in STOCK.items() if life.age >= age and chance.random() < share]
        if not life.mobile and chance.random() < REGISTER_PAGE:
            held.append("household-register")
        if life.is_married(0) and chance.random() < OLD_MARRIAGES:
            held.append("marriage-certificate")
        day = self.first_day - dt.timedelta(days=chance.randrange(30, 1500))
        rows = [self._certificate(self.types[key], household.person.party, day) for key in held]
        household.held = {one.type.key: one.valid_until for one in rows}
        Certificate.objects.bulk_create(rows)

    def _certificate(self, kind: CertificateType, holder: Party, day: dt.date) -> Certificate:
        """A row of the register as :func:`certificates.actions.issue` makes it, without its file and its audit."""
        self.made += 1
        known = authority_values(holder, None)
        face = {
            spec["key"]: known.get(spec.get("element", "")) or self._made_up(spec.get("element", ""))
            for spec in kind.fields
        }
        born = partial(lambda party: party.person.born, holder) if holder.kind == Party.Kind.PERSON else lambda: None
        return Certificate(
            identifier=f"SIM.{self.series}.{self.made}",
            number=f"S{self.series}-{self.made}",
            verify_code=secrets.token_hex(16),
            type=kind,
            holder=holder,
            issuer=kind.definer,
            issued_on=day,
            valid_from=day,
            valid_until=validity.last_day(kind, day=day, face=face, born=born),
            face=face,
        )

    def _made_up(self, code: str) -> str:
        element = self.elements.get(code)
        if element is None:
            return "见证照"
        return value_of(element.type, tuple(element.choices))

    # The years.

    def live(self) -> None:
        """Month after month: whoever has an errand that month runs it."""
        due: dict[int, list[tuple[Household, str, bool]]] = defaultdict(list)
        for household in self.households:
            for month, name, for_shop in household.life.errands:
                due[month].append((household, name, for_shop))
        for month in sorted(due):
            self.month = month
            day = self.first_day + dt.timedelta(days=month * 365 // 12)
            with timeline.on(day):
                for turn in _turns(due[month]):  # two errands of one person follow each other
                    for start in range(0, len(turn), _BATCH):
                        self._handle(turn[start : start + _BATCH], day)

    def _handle(self, errands: Sequence[tuple[Household, str, bool]], day: dt.date) -> None:
        drafts = [self._draft(*errand, day) for errand in errands]
        kept = [(household, draft) for household, draft in drafts if draft is not None]
        asked = [self._asked(draft) for _household, draft in kept]
        requirements = [
            dataclasses.replace(requirement := evidence.requirement_of(draft, *one), key=f"{number}|{requirement.key}")
            for number, ((_household, draft), needed) in enumerate(zip(kept, asked, strict=True))
            for one in needed
        ]
        found = resolve(requirements, today=day)
        results: list[Certificate] = []
        papers: list[Document] = []
        grants: list[Grant] = []
        for number, ((household, draft), needed) in enumerate(zip(kept, asked, strict=True)):
            chosen = [(one, found[f"{number}|{evidence.requirement_of(draft, *one).key}"]) for one in needed]
            papers += self._count(draft, chosen)
            self._fill(draft, day)
            results += self._decide(household, draft, day)
            grants += self._grants(draft, chosen)
        Case.objects.bulk_create([draft for _household, draft in kept])
        Document.objects.bulk_create(papers)
        Grant.objects.bulk_create(grants)
        self._register(results)

    def _register(self, results: Sequence[Certificate]) -> None:
        """Put what was granted into the register; of a type that everybody has once it replaces the one before."""
        replaced: dict[Any, list[Any]] = defaultdict(list)
        for one in results:
            if one.type.is_single_instance:
                replaced[one.type_id].append(one.holder_id)
        for type_id, holders in replaced.items():
            former = Certificate.objects.filter(type_id=type_id, holder_id__in=holders, state=Certificate.State.VALID)
            former.update(state=Certificate.State.CANCELLED)
        Certificate.objects.bulk_create(results)

    def _draft(self, household: Household, name: str, for_shop: bool, day: dt.date) -> tuple[Household, Case | None]:
        item, life = self.items[name], household.life
        assert item.current is not None
        if for_shop and household.shop is None:
            return household, None
        applicant = household.shop.party if for_shop and household.shop else household.person.party
        agent = household.person
        if household.chance.random() < BY_AGENT:
            agent = self._neighbour(household).person
        return household, Case(
            item=item,
            item_version=item.current,
            department=item.department,
            applicant=applicant,
            agent=agent,
            agent_account=self.clerk,
            situation=situation_of(item.current, self._facts(household, day), household.chance),
            use_prefill=self.reuse and not life.refuses,
        )

    def _facts(self, household: Household, day: dt.date) -> Facts:
        """What somebody knows of themselves when the questions come."""
        life = household.life
        return Facts(
            age=life.age + self.month // 12,
            is_local=not life.mobile,
            is_married=life.is_married(self.month),
            held=frozenset(key for key, until in household.held.items() if until is None or until >= day),
        )

    def _neighbour(self, household: Household) -> Household:
        """Who runs errands for somebody: of two people the other one."""
        place = (household.life.number - self.series) ^ 1
        return self.households[min(place, len(self.households) - 1)]

    def _asked(self, draft: Case) -> list[_Asked]:
        materials = draft.item_version.materials.all()
        needed = evidence.asked_of(materials, draft.situation)
        return [one for one in needed if one[0].need != MaterialNeed.OPTIONAL]

    def _count(self, draft: Case, chosen: Sequence[tuple[_Asked, Resolution]]) -> list[Document]:
        """Add a case up, with reuse and without; returns the papers it brought into the locker."""
        totals, papers, visits = self.totals, [], draft.item_version.visits
        totals.counts["cases"] += 1
        shows = {"with": False, "without": False}
        for (material, piece), resolution in chosen:
            totals.counts["required"] += 1
            totals.ways[resolution.way] += 1
            if material.promise_text:
                totals.counts["promised"] += 1
            else:
                totals.handed_in["without"] += 1
                shows["without"] |= not material.is_self_made
            if resolution.way == Way.EARLIER and not material.promise_text:
                shows["with"] = True
            if resolution.way in (Way.MISSING, Way.DEFERRED):
                totals.handed_in["with"] += 1
                why = reason(material, resolution)
                totals.rest[why] += 1
                totals.papers[draft.item.name, material.name, why] += 1
                shows["with"] |= not material.is_self_made
                papers.append(self._paper(draft, material, piece))
            elif resolution.document is not None and resolution.way == Way.EARLIER:
                self._verify(resolution.document)
        for side, shown in shows.items():
            totals.visits[side] += max(visits, int(shown))
        return papers

    def _paper(self, draft: Case, material: MaterialRequirement, piece: Piece | None) -> Document:
        """What was handed in; where it has an original, the counter compares it, and it is good for later."""
        kinds = (own_kind(material, piece),) if piece else kinds_of(material)
        is_compared = not material.is_self_made
        return Document(
            owner_id=evidence.locker_of(draft, material, draft.agent_id),
            kind=kinds[0] if kinds else material.key,
            name=full_name(material, piece.key if piece else ""),
            grade=Document.Grade.B if is_compared else Document.Grade.D,
            file="locker/none",
            file_name="x.pdf",
            media_type="application/pdf",
            size=1000,
            sha256="0" * 64,
            uploaded_by=self.clerk,
            verified_by=self.clerk if is_compared else None,
            verified_department=draft.department if is_compared else None,
            verified_at=timezone.now() if is_compared else None,
        )

    def _verify(self, document: Document) -> None:
        values = {"grade": Document.Grade.B, "verified_by": self.clerk, "verified_at": timezone.now()}
        Document.objects.filter(pk=document.pk).update(**values)

    def _fill(self, draft: Case, day: dt.date) -> None:
        """The form: what is prefilled, and what is typed."""
        specs = [spec for step in visible_steps(draft.item_version, draft.situation) for spec in step.fields]
        plain = [spec for spec in specs if spec.type != "file"]
        answers = prefill.fill(draft, today=day)
        known = [spec for spec in plain if spec.key in answers]
        self.totals.fields["without"] += len(plain)
        self.totals.fields["with"] += len(plain) - len(known)
        given = {spec.key: typed(spec) for spec in plain if spec.key not in answers}
        draft.answers = prefill.merge_typed(answers, given, plain)

    def _decide(self, household: Household, draft: Case, day: dt.date) -> Iterator[Certificate]:
        """Every errand is granted: its result goes into the register."""
        self.made += 1
        draft.number, draft.state, draft.outcome = f"SIM{self.series}-{self.made}", State.CLOSED, Outcome.APPROVED
        # The clock stands still for a day: who runs two errands that day still runs one after the other.
        draft.submitted_at = timezone.now() + dt.timedelta(microseconds=self.made)
        kind, holder = draft.item_version.result_type, draft.applicant
        if kind is None:
            return
        if draft.item_version.registers:
            household.shop = self._found(household)
            holder = household.shop.party
        made = self._certificate(kind, holder, day)
        if holder.pk == household.person.pk:
            household.held[kind.key] = made.valid_until
        yield made

    def _grants(self, draft: Case, chosen: Sequence[tuple[_Asked, Resolution]]) -> list[Grant]:
        """The right of the case to use each proof that was found, as submitting it gives and closing it ends."""
        given = [
            Grant(
                case_number=draft.number or "",
                purpose=draft.item_version.name[:200],
                legal_basis=material.legal[:200],
                certificate_id=resolution.certificate.pk if resolution.certificate else None,
                document_id=resolution.document.pk if resolution.document else None,
                granted_by=self.clerk,
                ends_at=timezone.now(),
            )
            for (material, _piece), resolution in chosen
            if resolution.is_held
        ]
        self.totals.counts["grants"] += len(given)
        return given

    def _found(self, household: Household) -> Organisation:
        body = f"MA{household.life.number:06d}"
        return household.shop or register_organisation(
            SYSTEM,
            uscc=make_uscc(prefix="92", region="519902", body=body),
            name=f"示范市第{household.life.number}号店",
            kind="个体工商户",
            address="示范市中心区人民路18号",
            legal_representative=household.person,
        )


def _turns(errands: Sequence[tuple[Household, str, bool]]) -> Iterator[list[tuple[Household, str, bool]]]:
    waiting = list(errands)
    while waiting:
        seen: set[int] = set()
        turn = [one for one in waiting if not (one[0].life.number in seen or seen.add(one[0].life.number))]  # type: ignore[func-returns-value]
        taken = {id(one) for one in turn}
        waiting = [one for one in waiting if id(one) not in taken]
        yield turn
