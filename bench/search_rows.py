"""The rows of ``bench/search.py``: one region by the product's writer, the others as copies of its rows."""

import random
import time
from dataclasses import dataclass

from django.db import connection, transaction

from bench import search_set
from common.ids import uuid7
from identity.models import Department, Region
from identity.rules import make_uscc
from services.codes import catalog_code
from services.models import DirectoryEntry, ItemVersion, ServiceItem
from services.search import reindex
from services.searching.spelling import initials, syllables

_TABLES = ("services_searchtopic", "services_searchplace")
_CITIES = 20
_THEMES = ("005", "010", "030", "060", "100")
_TAIL = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one number of implementations; sizes in MB, times in ms."""

    rows: int
    table_mb: float
    index_mb: float
    p50: float
    p95: float
    broad_p95: float
    guess_p95: float
    call_p95: float
    suggest_p95: float


class Catalogue:
    """A province, its cities and counties, and what is offered in each."""

    def __init__(self, *, entries: int) -> None:
        asked = list(dict.fromkeys(one.name for one in search_set.questions()))
        others = [name for name in search_set.names() if name not in set(asked)]
        self.names = (asked + others)[: max(entries, len(asked))]
        self.rows = 0
        self._regions: list[Region] = []

    def write_first_region(self) -> float:
        """Write entries, items and versions of the province and index them; return indexed rows a second."""
        choose = random.Random(1)
        province = self._add_region("410000", "试验省", Region.Level.PROVINCE, None)
        bodies = [self._department(province, number) for number in range(40)]
        now = [
            DirectoryEntry(
                catalog_code=catalog_code(region="41", item_type="01", main=_code(number)),
                name=name,
                item_type="01",
            )
            for number, name in enumerate(self.names)
        ]
        DirectoryEntry.objects.bulk_create(now)
        items, versions = [], []
        for number, entry in enumerate(now):
            body = bodies[number % len(bodies)]
            item = ServiceItem(
                id=uuid7(),
                entry=entry,
                local_code=f"bench-{number}",
                department=body,
                department_name=body.name,
                region=province,
                item_type=("01", "07", "10", "20")[number % 4],
                name=entry.name,
                popularity=int(choose.paretovariate(1.1) * 10) % 100_000,
            )
            item.current = ItemVersion(
                id=uuid7(),
                item=item,
                version=1,
                state=ItemVersion.State.PUBLISHED,
                name=entry.name,
                summary=f"{entry.name}的办理，符合条件的当场受理。",
                is_applicable_online=number % 3 == 0,
                online_depth=[str(1 + number % 4)],
                audience=["2"] if number % 5 else ["1", "2"],
                themes_org=[_THEMES[number % 5]],
            )
            items.append(item)
            versions.append(item.current)
        with transaction.atomic():
            ServiceItem.objects.bulk_create(items, batch_size=1000)
            ItemVersion.objects.bulk_create(versions, batch_size=1000)
        start = time.perf_counter()
        with transaction.atomic():
            reindex(items)
        spent = time.perf_counter() - start
        self._write_synonyms()
        _drop_foreign_keys()
        self.rows = len(items)
        return len(items) / spent

    def grow(self, regions: int) -> None:
        """Offer everything in this many regions: the province, then cities, then counties under them."""
        while len(self._regions) < regions:
            number = len(self._regions)
            if number <= _CITIES:
                parent, code, level = self._regions[0], f"41{number:02}00", Region.Level.CITY
            else:
                city = 1 + number % _CITIES
                parent, code, level = self._regions[city], f"41{city:02}{number // _CITIES:02}", Region.Level.COUNTY
            region = self._add_region(code, f"试验{code}", level, parent)
            self._copy(region, number)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM services_searchplace")
            self.rows = cursor.fetchone()[0]
            for table in (*_TABLES, "services_serviceitem", "services_itemversion"):
                cursor.execute(f"VACUUM ANALYZE {table}")

    def regions_to_ask_from(self) -> list[str]:
        """Codes of the lowest regions there are, spread over the province."""
        lowest = max(region.level for region in self._regions)
        codes = [region.code for region in self._regions if region.level == lowest]
        return codes[:: max(1, len(codes) // 40)]

    def sizes(self) -> tuple[float, float]:
        """Return MB of the search tables and of their indexes."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(pg_table_size(name::regclass)), sum(pg_indexes_size(name::regclass)) "
                "FROM unnest(%s::text[]) name",
                [list(_TABLES)],
            )
            table, index = cursor.fetchone()
        return round(table / 2**20, 1), round(index / 2**20, 1)

    def _add_region(self, code: str, name: str, level: int, parent: Region | None) -> Region:
        region = Region.objects.create(code=code, name=name, level=level, parent=parent)
        self._regions.append(region)
        return region

    def _department(self, region: Region, number: int) -> Department:
        uscc = make_uscc(prefix="11", region=region.code, body=f"{number:08}")
        name = f"试验省第{number}局"
        return Department.objects.create(uscc=uscc, name=name, short_name=name, region=region)

    def _write_synonyms(self) -> None:
        from services.models import Synonym

        Synonym.objects.bulk_create(
            Synonym(
                term=term,
                stands_for=[name],
                pinyin="".join(syllables(term)),
                initials=initials(syllables(term)),
            )
            for term, name in search_set.synonyms().items()
        )

    def _copy(self, region: Region, number: int) -> None:
        """Copy the province's rows to another region."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE twin ON COMMIT DROP AS SELECT id AS old, current_id AS old_version, "
                "uuidv7() AS new, uuidv7() AS new_version FROM services_serviceitem WHERE region_id = %s",
                [self._regions[0].pk],
            )
            item = {
                "id": "twin.new",
                "current_id": "twin.new_version",
                "region_id": "%(region)s",
                "local_code": "old.local_code || %(tail)s",
                "popularity": "(old.popularity * %(share)s)::int",
            }
            place = {
                "item_id": "twin.new",
                "region_id": "%(region)s",
                "level": "%(level)s",
                "popularity": "(old.popularity * %(share)s)::int",
            }
            version = {"id": "twin.new_version", "item_id": "twin.new"}
            parameters = {
                "region": region.pk,
                "level": region.level,
                "tail": f"-{number}",
                "share": random.Random(number).random(),
            }
            from services.models import SearchPlace

            cursor.execute(_twins(ServiceItem, item, "old.id = twin.old"), parameters)
            cursor.execute(_twins(ItemVersion, version, "old.id = twin.old_version"), parameters)
            cursor.execute(_twins(SearchPlace, place, "old.item_id = twin.old"), parameters)


def _drop_foreign_keys() -> None:
    """Millions of copies need no check of each key; the database is dropped after the run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' "
            "AND conrelid::regclass::text = ANY(%s)",
            [["services_serviceitem", "services_itemversion", "services_searchplace"]],
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _twins(model: type, changed: dict[str, str], match: str) -> str:
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column, f'old."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM twin JOIN {table} old ON {match}"


def _code(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, rest = divmod(number, len(_TAIL))
        digits = _TAIL[rest] + digits
    return digits
