"""How quick are the pages with 100,000 citizens? Prints JSON; asserts nothing.

    DATABASE_URL=... python -m tests.benchmarks.big_country
    DATABASE_URL=... python -m tests.benchmarks.pages [--people 20] [--seconds 120] [--pause 3] [--no-run]

Starts gunicorn on the database of big_country and lets so many caseworkers (each a user of their own, in the large
municipality) walk its pages at once, with a pause between two pages, while a run works the small municipalities' next
month. Goal (issue S7): 150 ms at the median and 400 ms at the 95th percentile for each page.

``ms``: the time the page took as its reader sees it. ``cpu_ms``: the web processes' CPU time a page, all pages
together: what would be left of it, beside the database's time, on a machine that nobody else uses.
"""

# ruff: noqa: E402 - Django is set up before its models are read; which page comes next is no secret
from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleksløn.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.utils import timezone

from cases.models import (
    Citizen,
    Grant,
    Membership,
    Municipality,
    Payment,
    PaymentBatch,
    Role,
    Run,
    SampleItem,
    Task,
    TaskKind,
    User,
    has_rates,
)
from cases.month_figures import figures_of

HOME = "0999"
TOKEN = "benchmarkbenchmarkbenchmarkbench"
ROLES = (Role.CASEWORKER, Role.CASEWORKER, Role.CASEWORKER, Role.COORDINATOR, Role.AUDITOR)
TABS = ("maaneder", "indtaegter", "job", "perioder", "processer", "efterreguleringer", "adviser", "breve", "noter",
        "klager", "r75", "historik")  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """One page: its name in the result, its address, and what is posted to it."""

    name: str
    path: str
    posted: dict[str, str] | None = None


@dataclass
class Known:
    """What there is to look at."""

    grants: list[int]
    numbers: list[str]
    names: list[str]
    cprs: list[str]
    tasks: list[int]
    payments: list[int]
    batches: list[int]
    runs: list[int]
    samples: list[int]
    months: list[str]


def known() -> Known:
    home = Municipality.objects.get(code=HOME)
    draw = random.Random(8)
    grants = list(Grant.objects.of(home).values_list("pk", "number"))
    people = list(Citizen.objects.of(home).values_list("name", "cpr"))
    drawn, met = (draw.sample(found, min(300, len(found))) for found in (grants, people))
    months = sorted(Run.objects.of(home).values_list("benefit_month", flat=True))
    tasks = Task.objects.of(home).open().filter(kind=TaskKind.INCOME).order_by("pk").values_list("pk", flat=True)[:2000]
    paid = Payment.objects.filter(grant__in=[one for one, _ in drawn], benefit_month=months[-2])
    # Older decisions, and the one a letter is compared with, have no frozen facts in the copies.
    newest = SampleItem.objects.of(home).filter(sample__benefit_month__gte=months[-2])
    return Known(
        grants=[one for one, _ in drawn],
        numbers=[number for _, number in drawn],
        names=[name for name, _ in met],
        cprs=[cpr for _, cpr in met],
        tasks=list(tasks),
        payments=list(paid.values_list("pk", flat=True)),
        batches=list(PaymentBatch.objects.of(home).values_list("pk", flat=True)[:3]),
        runs=list(Run.objects.of(home).order_by("-benefit_month").values_list("pk", flat=True)[:3]),
        samples=list(newest.values_list("pk", flat=True)[:100]),
        months=[str(month) for month in months[-6:]],
    )


def visits(there: Known, role: str, draw: random.Random) -> Iterator[Visit]:
    """A round of a day's pages, in an order of its own."""
    pick = draw.choice
    name, cpr, number = pick(there.names), pick(there.cprs), pick(there.numbers)
    month = pick(there.months)
    found = [
        Visit("overview", "/"),
        Visit("overview, automation", "/overblik/automatik/"),
        *(Visit(f"inbox {query or 'alle'}", f"/opgaver/?{query}") for query in (
            "", "vis=mine", "vis=haster", "vis=loeste", "sort=kr-ned", "sort=borger", "side=20", f"maaned={month}",
            "aarsag=INC4")),
        Visit("inbox, search", "/opgaver/", {"words": name.split()[-1]}),
        Visit("search, name", "/soeg/", {"words": name}),
        Visit("search, surname", "/soeg/", {"words": name.split()[-1]}),
        Visit("search, CPR", "/soeg/", {"words": cpr}),
        Visit("search, number", "/soeg/", {"words": number}),
        Visit("search, nothing", "/soeg/", {"words": "Xqzw Findes Ikke"}),
        *(Visit(f"cases {query}", f"/sager/?{query}") for query in ("", "vis=opgave", "vis=slut", "side=200")),
        Visit("cases, search", "/sager/", {"words": name.split()[0]}),
        *(Visit(f"case, {tab}", f"/sager/{pick(there.grants)}/?fane={tab}") for tab in TABS),
        Visit("workbench", f"/opgaver/{pick(there.tasks)}/"),
        Visit("runs", "/koersler/"),
        Visit("run", f"/koersler/{pick(there.runs)}/"),
        Visit("run, progress", f"/koersler/{pick(there.runs)}/fremdrift/"),
        *(Visit(f"payments {query.split('=')[0]}", f"/udbetalinger/?{query}") for query in (
            "", f"maaned={month}", "status=failed", "side=100")),
        Visit("payment", f"/udbetalinger/{pick(there.payments)}/"),
        Visit("lists", "/udbetalinger/lister/"),
        Visit("list", f"/udbetalinger/lister/{pick(there.batches)}/"),
        Visit("export page", "/udbetalinger/eksport/"),
        *(Visit(f"adjustments {tab}", f"/efterreguleringer/?vis={tab}") for tab in ("valg", "modregnes", "afregnet")),
        Visit("notices", "/adviser/"),
        Visit("events", "/haendelser/"),
        Visit("report", f"/rapporter/?maaned={month}"),
        Visit("automation", "/rapporter/automatik/"),
        Visit("automation, 36", "/rapporter/automatik/?antal=36"),
        Visit("samples", f"/rapporter/stikproever/?maaned={month}"),
        *([Visit("sample item", f"/rapporter/stikproever/{pick(there.samples)}/")] if there.samples else []),
        Visit("rule catalogue", "/rapporter/regler/"),
    ]  # fmt: skip
    if role == Role.AUDITOR:
        found += [
            Visit("revision", "/revision/"),
            Visit("revision, case", "/revision/", {"words": number, "what": ""}),
        ]
    if role == Role.COORDINATOR:
        found.append(Visit("rules", "/regler/"))
    if role != Role.CASEWORKER:
        found.append(Visit("case, opslag", f"/sager/{pick(there.grants)}/?fane=opslag"))
    draw.shuffle(found)
    yield from found


@dataclass
class Times:
    """Seconds by page, and what was no answer."""

    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def walk(port: int, session: str, role: str, there: Known, until: float, pause: float, seed: int, times: Times) -> None:
    """One person: a page, a pause, the next page."""
    draw = random.Random(seed)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    time.sleep(draw.uniform(0, pause))
    while time.monotonic() < until:
        for visit in visits(there, role, draw):
            if time.monotonic() > until:
                return
            _visit(client, cookie, visit, times)
            time.sleep(draw.uniform(0.5, 1.5) * pause)


def _visit(client: http.client.HTTPConnection, cookie: str, visit: Visit, times: Times) -> None:
    headers = {"Cookie": cookie, "Host": "localhost"}
    body = None
    if visit.posted is not None:
        body = urlencode(visit.posted)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN}
    begun = time.perf_counter()
    try:
        client.request("GET" if body is None else "POST", visit.path, body, headers)
        answer = client.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        client.close()
        times.wrong[f"{visit.name}: no answer"] += 1
        return
    times.of[visit.name].append(time.perf_counter() - begun)
    if answer.status not in (200, 302):
        times.wrong[f"{visit.name}: {answer.status}"] += 1


def people(count: int) -> list[tuple[str, str]]:
    """So many users of the large municipality, signed in: (session key, role)."""
    home, found = Municipality.objects.get(code=HOME), []
    for at in range(count):
        user, _ = User.objects.get_or_create(
            username=f"walker{at}", defaults={"first_name": "Gående", "last_name": str(at)}
        )
        role = ROLES[at % len(ROLES)]
        Membership.objects.get_or_create(user=user, municipality=home, role=role)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        found.append((session.session_key, role))
    return found


@contextmanager
def served(port: int, processes: int) -> Iterator[int]:
    """The portal; gives the id of its first process."""
    command = [sys.executable, "-m", "gunicorn", "fleksløn.wsgi", "--bind", f"127.0.0.1:{port}", "-w", str(processes),
               "--log-level", "error", "--preload", "--threads", "4", "--keep-alive", "75"]  # fmt: skip
    server = subprocess.Popen(command)
    for _ in range(100):
        with suppress(OSError):
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/sund/", headers={"Host": "localhost"})
            probe.getresponse().read()
            break
        time.sleep(0.2)
    try:
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@contextmanager
def a_run(wanted: bool) -> Iterator[None]:
    """The small municipalities' next month, one after another, for as long as it is walked."""
    stop = threading.Event()

    def runs() -> None:
        here = Run.objects.filter(municipality__code=HOME).order_by("-benefit_month")
        newest = here.values_list("benefit_month", flat=True)[0]
        others = Municipality.objects.exclude(code__in=[HOME, "0998"]).exclude(runs__benefit_month=newest + 1)
        codes = list(others.order_by("code").values_list("code", flat=True))
        connections.close_all()
        for code in codes:
            if stop.is_set():
                return
            command = [sys.executable, "manage.py", "run_month", str(newest + 1), "--municipality", code]
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    thread = threading.Thread(target=runs, daemon=True)
    if wanted:
        coming = Run.objects.filter(municipality__code=HOME).latest("benefit_month").benefit_month + 1
        if not has_rates(coming):
            sys.exit(f"{coming} has no rates: enter them in the admin, else there is no month to run meanwhile.")
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if wanted:
            thread.join(120)


def cpu_seconds(pid: int) -> float:
    """Of a process and its children, from /proc."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parts = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if pid in (int(folder.name), int(parts[1])):
                total += (int(parts[11]) + int(parts[12])) / ticks
    return total


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def count_months() -> None:
    """The months' figures, as the night has counted them."""
    home = Municipality.objects.get(code=HOME)
    newest = Run.objects.of(home).order_by("-benefit_month").values_list("benefit_month", flat=True)[0]
    figures_of(home, newest - 35, newest, timezone.now(), exact=True)


def main(given: argparse.Namespace) -> None:
    there, signed_in, times = known(), people(given.people), Times()
    count_months()
    connections.close_all()
    with served(given.port, given.processes) as pid:
        for session, role in signed_in[: len(ROLES)]:  # what is read once is not the pages' time
            warm = Times()
            walk(given.port, session, role, there, time.monotonic() + given.warm, 0, 1, warm)
        with a_run(not given.no_run):
            begun, until = cpu_seconds(pid), time.monotonic() + given.seconds
            threads = [
                threading.Thread(target=walk, args=(given.port, key, role, there, until, given.pause, at, times))
                for at, (key, role) in enumerate(signed_in)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            spent = cpu_seconds(pid) - begun
    show(given, times, spent)


def show(given: argparse.Namespace, times: Times, cpu: float) -> None:
    every = [one for found in times.of.values() for one in found]
    pages = sorted(((name, in_words(found)) for name, found in times.of.items()), key=lambda one: -one[1]["median"])
    figures = {
        "people": given.people,
        "pause": given.pause,
        "run": not given.no_run,
        "load": os.getloadavg()[0],
        "requests": len(every),
        "ms": in_words(every),
        "cpu_ms": round(1000 * cpu / max(1, len(every))),
        "wrong": times.wrong,
        "pages": dict(pages),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))


def in_words(found: list[float]) -> dict[str, int]:
    """Milliseconds at the median and at the 95th percentile."""
    median, high = statistics.median(found), percentile(found, 0.95)
    return {"median": round(1000 * median), "p95": round(1000 * high), "n": len(found)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--warm", type=float, default=5)
    parser.add_argument("--port", type=int, default=8110)
    parser.add_argument("--no-run", action="store_true")
    main(parser.parse_args())
