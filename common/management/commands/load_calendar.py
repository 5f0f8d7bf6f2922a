"""Load the days off and make-up days of a year, from the State Council's yearly notice."""

import csv
import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from common.models import CalendarDay, CalendarYear

_WORDS = {"休": False, "off": False, "班": True, "work": True}


class Command(BaseCommand):
    """CSV rows ``date,kind,name``; kind is 休 (off) or 班 (make-up working day)."""

    help = "Load a year's working-day calendar: manage.py load_calendar YEAR FILE.csv --source 国办发明电〔…〕…号"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="the notice it comes from")
        parser.add_argument("--region", default="", help="region code for a local holiday; empty for the country")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the whole file or nothing."""
        year, region = options["year"], options["region"]
        try:
            lines = options["file"].read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read {options['file']}: {error}") from error
        days = [_day(number, row, year, region) for number, row in enumerate(csv.reader(lines), 1) if any(row)]
        if not days:
            raise CommandError("the file holds no day")
        with transaction.atomic():
            CalendarDay.objects.filter(day__year=year, region_code=region).delete()
            CalendarDay.objects.bulk_create([CalendarDay(basis=options["source"], **day) for day in days])
            if not region:
                CalendarYear.objects.update_or_create(year=year, defaults={"source": options["source"]})
        self.stdout.write(f"{year}: {len(days)} days loaded")


def _day(number: int, row: list[str], year: int, region: str) -> dict[str, Any]:
    try:
        day = dt.date.fromisoformat(row[0].strip())
        is_workday = _WORDS[row[1].strip()]
    except (ValueError, KeyError, IndexError) as error:
        raise CommandError(f"line {number}: expected date,休|班,name; got {','.join(row)}") from error
    if day.year != year:
        raise CommandError(f"line {number}: {day} is not in {year}")
    return {"day": day, "is_workday": is_workday, "name": row[2].strip() if len(row) > 2 else "", "region_code": region}
