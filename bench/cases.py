"""What cases cost: whole lives through actions, applications and staff's pages over HTTP, and the night's clocks.

The pages and the night are measured with a city's cases in the table (``bench/cases_rows.py``). No file is made
meanwhile: that is background work, whose cost ``bench certificates`` prints.
"""

import time

from bench import cases_http as http
from bench import cases_lives as lives
from bench.cases_rows import fill_cases
from bench.cases_sweep import prepare_night, sweep_s
from bench.http import web_server
from services.codes import MaterialNeed
from services.models import MaterialRequirement

_RACERS = 16
_CLIENTS = 10


def run(quick: bool) -> dict[str, object]:
    """The figures of the case; ``quick`` sizes only say that all of it runs."""
    cases, whole = (2_000, 200) if quick else (1_000_000, 20_000)
    cast = lives.a_city()
    everybody = lives.applicants(cast, lives.SHOPS * lives.PROCESSES)
    figures: dict[str, object] = {"lives_per_s": round(lives.lives_per_s(everybody, 5 if quick else 200), 1)}
    numbers = lives.numbers_of_racers(everybody[:_RACERS], each=1 if quick else 10)
    if len(set(numbers)) != len(numbers) or "" in numbers:
        raise RuntimeError("two cases have one number")
    print(f"  {len(numbers)} numbers of {_RACERS} submitters at once, each its own", flush=True)
    # Over HTTP nothing is left to choose: an application is begun, filled in and signed.
    MaterialRequirement.objects.filter(version=cast.version, key="rules").update(need=MaterialNeed.OPTIONAL)
    with web_server() as port:
        figures["submit_p50_ms"] = http.submit_p50_ms(port, everybody[0], 5 if quick else 100)
        figures["submits_per_s"] = http.submits_per_s(port, everybody[:_CLIENTS], 2 if quick else 40)
    start = time.monotonic()
    filled = fill_cases(cast, cases, whole=whole)
    print(f"  {filled.cases} cases filled in, {time.monotonic() - start:.0f} s", flush=True)
    staff = http.officers(cast, filled)
    with web_server() as port:
        figures["worklist_p95_ms"] = http.worklist_p95_ms(port, staff, 3 if quick else 10)
        numbers_opened = range(cases - whole + 1, cases + 1, 7)
        figures["case_p95_ms"] = http.case_p95_ms(port, staff["chief"], numbers_opened, 20 if quick else 300)
    prepare_night()
    figures["sweep_s"] = sweep_s()
    return figures
