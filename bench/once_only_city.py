"""What reuse spares people: seeded lives through the demonstration's catalogue, with reuse and without.

Every draft is resolved by the real resolver and prefilled by the real prefill, on real rows: the certificates that
earlier errands resulted in, the documents handed in and compared once, the answers given before. Terms end, verdicts
grow stale, some people refuse, some act for others. ``ONESTOP_BENCH_PEOPLE`` gives the number of people.

Counted are materials that must be there, not those people may leave out. Where the item takes a declaration
(告知承诺) it is given with reuse and without: that is nobody's reuse. An earlier upload spares the upload, and still
costs the visit to show the original.
"""

import dataclasses
import datetime as dt
import os
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from django.utils import timezone

from bench.once_only_lives import BY_AGENT, OLD_MARRIAGES, REGISTER_PAGE, STOCK, YEARS, Life, id_digits, lives
from bench.once_only_typed import typed, value_of
from cases import evidence, prefill
from cases.models import Case
from cases.states import Outcome, State
from certificates import validity
from certificates.choosing import Cause, Resolution, Way
from certificates.models import Certificate, CertificateType, Document
from certificates.reuse import resolve
from common.checksums import id_number_check
from identity.actions import open_account, register_organisation, register_person
from identity.actor import SYSTEM
from identity.models import Organisation, Party, Person
from identity.queries import authority_values
from identity.rules import make_uscc
from portal.demo import timeline
from portal.demo.catalogue import load
from services.codes import MaterialNeed
from services.descriptions import PREFETCH
from services.forms import visible_steps
from services.models import DataElement, ItemVersion, MaterialRequirement, ServiceItem
from services.pieces import Piece, full_name, kinds_of, own_kind
from services.rules import next_situation, options_for

_BATCH = 200  # drafts resolved together
_Asked = tuple[MaterialRequirement, Piece | None]


@dataclass
class Household:
    """A person of the simulation with what they act for."""

    life: Life
    person: Person
    chance: Random
    shop: Organisation | None = None


@dataclass
class Totals:
    """What was counted. ``rest``: materials that were still handed in, by reason."""

    cases: int = 0
    required: int = 0
    promised: int = 0
    handed_in: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    rest: Counter[str] = field(default_factory=Counter)
    by_item: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def run(quick: bool) -> dict[str, object]:
    """Figures: shares of materials, fields and visits that reuse spares; the table of the rest is printed."""
    count = int(os.environ.get("ONESTOP_BENCH_PEOPLE") or (500 if quick else 10_000))
    city = City(count)
    city.live()
    totals = city.totals
    print(_account(totals))
    return {
        "people": count,
        "cases": totals.cases,
        "materials_avoided": _spared(totals.handed_in),
        "fields_avoided": _spared(totals.fields),
        "visits_avoided": _spared(totals.visits),
    }


def _spared(counted: Counter[str]) -> float:
    return round(1 - counted["with"] / counted["without"], 3) if counted["without"] else 0.0


class City:
    """The catalogue, the people, and the months as they pass."""

    def __init__(self, count: int) -> None:
        load(SYSTEM)
        items = ServiceItem.objects.filter(current__isnull=False).select_related(
            "current__result_type", "department__region"
        )
        self.items = {item.name: item for item in items.prefetch_related(*(f"current__{name}" for name in PREFETCH))}
        self.types = {kind.key: kind for kind in CertificateType.objects.select_related("definer")}
        self.elements = {one.code: one for one in DataElement.objects.all()}
        # The years lie behind today, so that every day of them is one the calendar and the rules know.
        self.first_day = timezone.localdate().replace(day=1) - dt.timedelta(days=365 * YEARS)
        self.totals = Totals()
        self.made = 0
        self.households = [self._settle(life) for life in lives(count)]
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
        if life.married and chance.random() < OLD_MARRIAGES:
            held.append("marriage-certificate")
        day = self.first_day - dt.timedelta(days=chance.randrange(30, 1500))
        rows = [self._certificate(self.types[key], household.person.party, day) for key in held]
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
            identifier=f"SIM.{self.made}",
            number=f"S{self.made}",
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
            day = self.first_day + dt.timedelta(days=month * 365 // 12)
            with timeline.on(day):
                for turn in _turns(due[month]):  # two errands of one person follow each other
                    for start in range(0, len(turn), _BATCH):
                        self._handle(turn[start : start + _BATCH], day)

    def _handle(self, errands: Sequence[tuple[Household, str, bool]], day: dt.date) -> None:
        drafts = [self._draft(*errand) for errand in errands]
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
        for number, ((household, draft), needed) in enumerate(zip(kept, asked, strict=True)):
            chosen = [(one, found[f"{number}|{evidence.requirement_of(draft, *one).key}"]) for one in needed]
            papers += self._count(draft, chosen)
            self._fill(draft, day)
            results += self._decide(household, draft, day)
        Case.objects.bulk_create([draft for _household, draft in kept])
        Document.objects.bulk_create(papers)
        replaced = [(one.holder_id, one.type_id) for one in results if one.type.is_single_instance]
        for holder_id, type_id in replaced:
            former = Certificate.objects.filter(holder_id=holder_id, type_id=type_id, state=Certificate.State.VALID)
            former.update(state=Certificate.State.CANCELLED)
        Certificate.objects.bulk_create(results)

    def _draft(self, household: Household, name: str, for_shop: bool) -> tuple[Household, Case | None]:
        item, life = self.items[name], household.life
        assert item.current is not None
        if for_shop and household.shop is None:
            return household, None
        applicant = household.shop.party if for_shop and household.shop else household.person.party
        agent = household.person
        if household.chance.random() < BY_AGENT:
            agent = self.households[(life.number + 1) % len(self.households)].person
        return household, Case(
            item=item,
            item_version=item.current,
            department=item.department,
            applicant=applicant,
            agent=agent,
            agent_account=self.clerk,
            situation=_situation(item.current, life, household.chance),
            use_prefill=not life.refuses,
        )

    def _asked(self, draft: Case) -> list[_Asked]:
        materials = draft.item_version.materials.all()
        needed = evidence.asked_of(materials, draft.situation)
        return [one for one in needed if one[0].need != MaterialNeed.OPTIONAL]

    def _count(self, draft: Case, chosen: Sequence[tuple[_Asked, Resolution]]) -> list[Document]:
        """Add a case up, with reuse and without; returns the papers it brought into the locker."""
        totals, papers, visits = self.totals, [], draft.item_version.visits
        totals.cases += 1
        shows = {"with": False, "without": False}
        for (material, piece), resolution in chosen:
            totals.required += 1
            totals.ways[resolution.way] += 1
            if material.promise_text:
                totals.promised += 1
            else:
                totals.handed_in["without"] += 1
                totals.by_item[draft.item.name]["without"] += 1
                shows["without"] |= not material.is_self_made
            if resolution.way == Way.EARLIER and not material.promise_text:
                shows["with"] = True
            if resolution.way in (Way.MISSING, Way.DEFERRED):
                totals.handed_in["with"] += 1
                totals.by_item[draft.item.name]["with"] += 1
                totals.rest[_reason(material, resolution)] += 1
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
        draft.number, draft.state, draft.outcome = f"SIM{self.made}", State.CLOSED, Outcome.APPROVED
        draft.submitted_at = timezone.now()
        kind, holder = draft.item_version.result_type, draft.applicant
        if kind is None:
            return
        if draft.item_version.registers:
            household.shop = self._found(household)
            holder = household.shop.party
        yield self._certificate(kind, holder, day)

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


def _situation(version: ItemVersion, life: Life, chance: Random) -> dict[str, str]:
    """Answers to the guiding questions: by what is known of the life, else by chance."""
    questions = list(version.situations.all())
    answers: dict[str, str] = {}
    known = {
        "origin": "migrant" if life.mobile else "local",
        "group": "migrant" if life.mobile else "local",
        "married": "yes" if life.married else "no",
    }
    while (question := next_situation(questions, answers)) is not None:
        open_values = [option["value"] for option in options_for(question, answers)]
        wanted = known.get(question.key)
        answers[question.key] = wanted if wanted in open_values else chance.choice(open_values)
    return answers


def _reason(material: MaterialRequirement, resolution: Resolution) -> str:
    """Why a material had to be handed in although reuse is on."""
    told = next((one.cause for one in resolution.passed if one.cause in _CAUSES), None)
    if told:
        return _CAUSES[told]
    if material.is_self_made:
        return "written for this errand (forms, plans, statements): no original, made anew"
    if material.satisfied_by.all():
        return "the store does not hold the certificate (never issued electronically, not this holder's)"
    if material.kind or material.pieces:
        return "first time this kind of paper is asked of the holder"
    return "the catalogue names neither a certificate nor a kind"


_CAUSES = {
    Cause.EXPIRED: "the certificate's term is over",
    Cause.SUSPENDED: "the certificate is suspended",
    Cause.ENDED: "the certificate was cancelled",
    Cause.STALE: "compared too long ago for this item",
    Cause.REFUSED: "the person wants nothing taken over",
    Cause.SELF_MADE: "written for this errand (forms, plans, statements): no original, made anew",
}


def _account(totals: Totals) -> str:
    """The table of what was spared and of the rest."""
    without, left = totals.handed_in["without"], totals.handed_in["with"]
    lines = [f"{totals.cases} cases, {totals.required} materials required, {totals.promised} of them by declaration"]
    lines += [f"  {way:<14}{count:>9}" for way, count in totals.ways.most_common()]
    lines.append(f"Handed in without reuse {without}, with reuse {left}. Why:")
    lines += [f"  {count:>9}  {count / max(left, 1):6.1%}  {reason}" for reason, count in totals.rest.most_common()]
    lines.append("Items where most is still handed in:")
    worst = sorted(totals.by_item.items(), key=lambda one: -one[1]["with"])[:10]
    lines += [f"  {one['with']:>9} of {one['without']:>7}  {name}" for name, one in worst]
    return "\n".join(lines)
