"""How fast and how well items are found: a province's catalogue of 1.6 million implementations.

5,000 entries offered in 320 regions. The first region is written by the product's own writer; the others are copies
of its rows, made inside the database. A time in the database is the sum of a search's statements, rows fetched;
``call`` is the whole search in Python, with the comparison of guesses and the items of the page.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from bench import search_set
from bench.search_rows import Catalogue, Size
from services import queries
from services.searching.suggesting import suggest

_PICTURE = Path(__file__).resolve().parents[1] / "build" / "search-growth.svg"
_BROAD = "登记 许可 备案 审批 变更 证 食品 服务 经营许可 安全"
_CLIENTS = 4
_ROUNDS = 5  # with new connections each: the system hands them to workers by chance
Samples = dict[str, list[float]]


def run(quick: bool) -> dict[str, object]:
    """Fill, measure at three sizes, ask over HTTP; times in ms."""
    catalogue = Catalogue(entries=1000 if quick else search_set.NAMES)
    written = catalogue.write_first_region()
    sizes = []
    for regions in (2, 8, 20) if quick else (2, 20, 320):
        catalogue.grow(regions)
        sizes.append(_at(catalogue))
    print("\n      rows   table MB   index MB   ranked p50   ranked p95   broad p95   suggest p95")
    for size in sizes:
        print(
            f"{size.rows:10,}{size.table_mb:11.1f}{size.index_mb:11.1f}{size.p50:13.2f}{size.p95:13.2f}"
            f"{size.broad_p95:12.2f}{size.suggest_p95:14.2f}"
        )
    _draw(sizes)
    last = sizes[-1]
    figures: dict[str, object] = {"rows": last.rows, "p50_db_ms": last.p50, "p95_db_ms": last.p95}
    figures |= _over_http(catalogue, seconds=3 if quick else 20)
    figures |= _quality(catalogue)
    figures |= {
        "p95_broad_ms": last.broad_p95,
        "p95_guess_ms": last.guess_p95,
        "p95_call_ms": last.call_p95,
        "p95_suggest_ms": last.suggest_p95,
        "index_mb": last.index_mb,
        "table_mb": last.table_mb,
        "writer_rows_per_s": round(written),
    }
    return figures


def _asked(catalogue: Catalogue) -> list[search_set.Asked]:
    known = set(catalogue.names)
    return [one for one in search_set.questions() if one.name in known]


def _at(catalogue: Catalogue) -> Size:
    """Measure the database at the present size: a region and an audience are always given."""
    regions = catalogue.regions_to_ask_from()
    times: Samples = defaultdict(list)
    questions = _asked(catalogue)
    queries.search("登记", region=regions[0], audience="2")
    for number, one in enumerate(questions):
        region = regions[number % len(regions)]
        kind = "guess" if one.kind in {"homophone", "missing", "swapped", "wrong", "initials", "pinyin"} else "words"
        whole, spent = _timed(lambda one=one, region=region: queries.search(one.text, region=region, audience="2"))
        times[kind].append(spent)
        times["all"].append(spent)
        times["call"].append(whole)
        times["suggest"] += [_timed(lambda text=text: suggest(text))[1] for text in (one.text[:2], one.text[:4])]
    for number, text in enumerate(_BROAD.split() * 5):
        region = regions[number % len(regions)]
        whole, spent = _timed(lambda text=text, region=region: queries.search(text, region=region, audience="2"))
        times["broad"].append(spent)
    table, index = catalogue.sizes()
    return Size(
        rows=catalogue.rows,
        table_mb=table,
        index_mb=index,
        p50=round(statistics.median(times["all"]), 2),
        p95=_p95(times["all"]),
        broad_p95=_p95(times["broad"]),
        guess_p95=_p95(times["guess"]),
        call_p95=_p95(times["call"]),
        suggest_p95=_p95(times["suggest"]),
    )


def _quality(catalogue: Catalogue) -> dict[str, object]:
    """Share of questions whose answer is first, and among the first twenty."""
    regions = catalogue.regions_to_ask_from()
    first: dict[str, list[bool]] = defaultdict(list)
    among: dict[str, list[bool]] = defaultdict(list)
    for number, one in enumerate(_asked(catalogue)):
        items = queries.search(one.text, region=regions[number % len(regions)], audience="2").items
        first[one.kind].append(bool(items) and items[0].name == one.name)
        among[one.kind].append(one.name in [item.name for item in items])
    print("\n  questions      asked   top-1   top-20")
    for kind, hits in first.items():
        print(f"  {kind:<12}{len(hits):8}{_share(hits):8.1%}{_share(among[kind]):9.1%}")
    every = [hit for hits in first.values() for hit in hits], [hit for hits in among.values() for hit in hits]
    return {"top1": round(_share(every[0]), 3), "top20": round(_share(every[1]), 3), "asked": len(every[0])}


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def _over_http(catalogue: Catalogue, *, seconds: float) -> dict[str, object]:
    """Ask the search page with four clients at once while two workers serve it."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "portal.wsgi:application"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings", "DJANGO_DEBUG": ""}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        regions, questions = catalogue.regions_to_ask_from(), _asked(catalogue)
        paths = [
            f"/search/?q={quote(one.text)}&region={regions[number % len(regions)]}&audience=2"
            for number, one in enumerate(questions)
        ]
        for _ in range(_ROUNDS):  # until every worker has loaded the site and its templates
            _clients(port, paths, seconds=2)
        times = [one for _ in range(_ROUNDS) for one in _clients(port, paths, seconds=seconds / _ROUNDS)]
    finally:
        server.terminate()
        server.wait(10)
    return {
        "p50_http_ms": round(statistics.median(times), 1),
        "p95_http_ms": _p95(times),
        "http_per_s": round(len(times) / seconds),
    }


def _wait_for(port: int) -> None:
    for _ in range(100):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the web server did not start")


def _clients(port: int, paths: Sequence[str], *, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.monotonic() + seconds

    def ask(first: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        number = first
        while time.monotonic() < end:
            number += _CLIENTS
            start = time.perf_counter()
            client.request("GET", paths[number % len(paths)])
            response = client.getresponse()
            response.read()
            assert response.status == 200, response.status
            times.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=ask, args=(number * 7,)) for number in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _p95(times: Sequence[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return how long the call took, and how long its statements."""
    spent = 0.0

    def watch(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal spent
        start = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent += (time.perf_counter() - start) * 1000

    start = time.perf_counter()
    with connection.execute_wrapper(watch):
        work()
    return (time.perf_counter() - start) * 1000, spent


def _draw(sizes: Sequence[Size]) -> None:
    """Draw size and time over the number of rows; the steps are powers, so they stand side by side."""
    most_mb = max(size.table_mb + size.index_mb for size in sizes)
    most_ms = max(max(size.p95, size.suggest_p95) for size in sizes)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" font-family="sans-serif" font-size="13">',
        '<rect width="640" height="320" fill="#fff"/>',
        '<text x="20" y="24" font-weight="bold">Size on disk (bars) and p95 of a search (line)</text>',
    ]
    points = []
    for number, size in enumerate(sizes):
        left = 70 + number * 190
        index, table = (200 * part / most_mb for part in (size.index_mb, size.table_mb))
        parts.append(f'<rect x="{left}" y="{270 - table:.1f}" width="60" height="{table:.1f}" fill="#9db8d9"/>')
        parts.append(f'<rect x="{left}" y="{270 - table - index:.1f}" width="60" height="{index:.1f}" fill="#2f5f9e"/>')
        parts.append(f'<text x="{left}" y="290">{size.rows:,}</text>')
        parts.append(f'<text x="{left}" y="{262 - table - index:.1f}">{size.table_mb + size.index_mb:.0f} MB</text>')
        height = 270 - 180 * size.p95 / most_ms
        points.append(f"{left + 100},{height:.1f}")
        parts.append(f'<circle cx="{left + 100}" cy="{height:.1f}" r="4" fill="#b3261e"/>')
        parts.append(f'<text x="{left + 108}" y="{height - 6:.1f}" fill="#b3261e">{size.p95:.1f} ms</text>')
    parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="#b3261e"/>')
    parts.append('<text x="20" y="312">light: tables, dark: indexes</text></svg>')
    _PICTURE.parent.mkdir(exist_ok=True)
    _PICTURE.write_text("\n".join(parts), encoding="utf-8")
    print(f"\n  picture: {_PICTURE}")
    connection.close()
