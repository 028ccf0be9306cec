"""manage.py demo: an invented municipality, its last months run by the background worker, and the portal."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from cases.bank_days import run_day
from cases.checks import rates_warning
from cases.demo.events import demo_events
from cases.demo.municipality import DemoMunicipality, demo_municipality
from cases.demo.past import Calendar, judge_sample, pay_before, pay_out, solve_tasks
from cases.demo.rows import PASSWORD, make_rows, make_users
from cases.import_events import import_events
from cases.import_holiday_pay import import_holiday_pay
from cases.import_income import import_income
from cases.integrations.digital_post_stub import StubPost
from cases.management.command import PortalCommand
from cases.models import Citizen, Municipality, Role, Run, User, has_rates
from cases.nightly_control import nightly_control
from cases.pdf import MISSING, is_available
from cases.refused import Refused
from cases.run_here import is_in_memory, work_run
from cases.run_month import enqueue_run, progress, start_run
from rules.money import danish
from rules.months import Month

HOME, NEIGHBOUR = "0999", "0998"
PATIENCE_SECONDS = 30


class Command(PortalCommand):
    help = "Laver en prøvekommune, kører dens seneste måneder og starter portalen. To gange gør ingen skade."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--citizens", type=int, default=600)
        parser.add_argument("--months", type=int, default=3)
        parser.add_argument("--no-serve", action="store_true", help="start ikke portalen bagefter")
        parser.add_argument("--port", type=int, default=8000)

    def act(self, **options: Any) -> int:
        if settings.PRODUCTION:
            raise Refused("Prøvekommunen har brugere med en kendt adgangskode. Den laves aldrig i drift.")
        call_command("migrate", verbosity=0)
        with background_worker() as worker:
            owners = self._run_the_past(options, worker)
        for fault in (*nightly_control(timezone.now()), *filter(None, [rates_warning(timezone.localdate())])):
            self.stdout.write(fault)
        self._say_users(make_users(*owners))
        if not options["no_serve"]:
            serve(options["port"], self.stdout)
        return 0

    def _run_the_past(self, options: dict[str, Any], worker: subprocess.Popen | None) -> list[Municipality]:
        """Citizens, answer files, import, the last months' runs, then events, in both municipalities."""
        months = last_months(options["months"], timezone.localdate())
        demos = [
            demo_municipality(HOME, options["citizens"], months[-1] - 1, len(months) + 12),
            demo_municipality(NEIGHBOUR, max(10, options["citizens"] // 8), months[-1] - 1, len(months) + 12, seed=2),
        ]
        owners = [make_rows(demo, timezone.now()) for demo in demos]
        make_users(*owners)
        for demo, owner in zip(demos, owners, strict=True):
            self._import(demo, owner)
            pay_before(owner, months[0], timezone.now())
        for month in months[:-1]:
            for owner in owners:
                self._live(owner, month, send_again=month != months[-2])
        for owner in owners:
            self._run(owner, months[-1], worker)
        for demo, owner in zip(demos, owners, strict=True):
            self._happen(demo, owner, months[-1])
        return owners

    def _import(self, demo: DemoMunicipality, owner: Municipality) -> None:
        folder = Path(settings.LOCAL_DIR) / "demo" / demo.code
        folder.mkdir(parents=True, exist_ok=True)
        new = 0
        for month in demo.months:
            path = folder / f"eindkomst-{month}.xml"
            path.write_bytes(demo.answers(month))
            with path.open("rb") as source:
                result = import_income(
                    source, path.name, user=User.objects.system(), now=timezone.now(), municipality=owner
                )
            new += result.new_reports
            self._tell_faults(result)
        self.stdout.write(
            f"{owner}: {len(demo.citizens)} borgere, {len(demo.months)} måneder indkomstsvar i {folder}, "
            f"{new} nye indberetninger."
        )

    def _happen(self, demo: DemoMunicipality, owner: Municipality, month: Month) -> None:
        """Events of the jobcentre and payments of FerieKonto, written as files and read in."""
        folder = Path(settings.LOCAL_DIR) / "demo" / demo.code
        made = demo_events(demo, month)
        signed = {"user": User.objects.system(), "now": timezone.now(), "municipality": owner}
        new = 0
        for name, content in made.files:
            (folder / name).write_bytes(content)
            result = import_events(io.BytesIO(content), name, **signed)
            new += result.new
            self._tell_faults(result)
        name, content = made.payments
        (folder / name).write_bytes(content)
        paid = import_holiday_pay(io.BytesIO(content), name, **signed)
        self._tell_faults(paid)
        self.stdout.write(
            f"{owner}: {made.count} hændelser fra jobcentret ({new} nye) og {paid.read} ferieudbetalinger "
            f"({paid.new} nye)."
        )

    def _tell_faults(self, result: Any) -> None:
        for fault in (*result.faults, *filter(None, [result.unreadable])):
            self.stderr.write(fault)

    def _live(self, owner: Municipality, month: Month, *, send_again: bool) -> None:
        """An earlier month from its run to the finance system's answer, signed with the days it happened on."""
        when = Calendar(month)
        self._run(owner, month, None, when.run)
        users = User.objects.filter(memberships__municipality=owner)
        workers = list(users.filter(memberships__role=Role.CASEWORKER))
        solve_tasks(owner, month, workers, when.solved)
        judge_sample(owner, month, workers, when.solved)
        second = users.filter(memberships__role=Role.COORDINATOR).first() or User.objects.system()
        if paid := pay_out(owner, month, workers[0], second, send_again=send_again):
            self.stdout.write(paid)

    def _run(
        self, owner: Municipality, month: Month, worker: subprocess.Popen | None, now: datetime | None = None
    ) -> None:
        """Run a month: by the worker, or in this process with the time it is signed with."""
        begun = time.monotonic()
        run = start_run(owner, month, User.objects.system(), now or timezone.now())
        if worker:
            enqueue_run(run, timezone.now())
            self._follow(run, worker)
        work_run(run, 1, now)
        seconds = time.monotonic() - begun
        run.refresh_from_db()
        now = progress(run)
        pace = f"{danish(Decimal(1000 * seconds / max(now.total, 1)))} s pr. 1.000 borgere"
        self.stdout.write(
            f"{run} {owner.code}: {now.total} sager = {now.automatic} automatisk + {now.manual} manuelt + "
            f"{now.failed} fejl. {danish(now.subsidy_sum)} kr. {'Kørt i baggrunden' if worker else pace}."
        )
        for fault in now.faults:
            self.stderr.write(fault)

    def _follow(self, run: Run, worker: subprocess.Popen) -> None:
        """A progress bar until the worker is done, has died, or nothing has moved for a while."""
        moved, waiting = time.monotonic(), -1
        while worker.poll() is None and time.monotonic() - moved < PATIENCE_SECONDS:
            now = progress(run)
            if now.waiting != waiting:
                moved, waiting = time.monotonic(), now.waiting
                self._draw(f"  {run} [{'#' * (now.share // 4):25}] {now.share:3} %")
            if not now.waiting:
                break
            time.sleep(0.1)
        self._draw("")

    def _draw(self, line: str) -> None:
        """Over the same line on a terminal; nothing where the output goes to a file."""
        if self.stdout.isatty():
            self.stdout.write(f"\r{line:60}\r", ending="")
            self.stdout.flush()

    def _say_users(self, users: list[tuple[str, str]]) -> None:
        self.stdout.write(f"\nBrugere (adgangskode {PASSWORD}):")
        for username, role in users:
            self.stdout.write(f"  {username:8} {role}")
        if not is_available():
            self.stdout.write(f"\n{MISSING}")


def last_months(count: int, today: date) -> list[Month]:
    """The last benefit months whose run day is past and that have rates, the oldest first."""
    month = Month.of(today)
    if run_day(month) > today:
        month -= 1
    while not has_rates(month):
        month -= 1
    return [month - back for back in range(count - 1, -1, -1)]


@contextmanager
def background_worker() -> Iterator[subprocess.Popen | None]:
    """The supervised workers beside this process. Gives None where there can be none (a database in memory)."""
    if is_in_memory():
        yield None
        return
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], **_quiet())
    try:
        yield process
    finally:
        _stop(process)


def serve(port: int, out: Any) -> None:
    """The portal with a background worker and a local Digital Post that sends nothing, until Ctrl-C."""
    with demo_post() as post:
        env = {"FLEKSLON_DIGITAL_POST_URL": post.url, **os.environ, "PYTHONUTF8": "1"}
        async_task("cases.letter_jobs.send_letters")
        _serve(port, out, env)


def demo_post() -> StubPost:
    """Takes the citizens' letters, but for every twelfth, who is not signed up."""
    return StubPost(Citizen.objects.annotate(rest=F("id") % 12).filter(rest=0).values_list("cpr", flat=True))


def _serve(port: int, out: Any, env: dict[str, str]) -> None:
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], env=env, **_quiet())
    out.write(f"\nPortalen: http://127.0.0.1:{port} (Ctrl-C stopper den)")
    out.flush()
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "fleksløn.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
         "--log-level", "warning"],
        env=env, cwd=settings.BASE_DIR,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: web.terminate())
    try:
        web.wait()
    except KeyboardInterrupt:
        web.terminate()
        web.wait()
    finally:
        _stop(worker)


def _quiet() -> dict[str, Any]:
    log = (Path(settings.LOCAL_DIR) / "worker.log").open("ab")
    return {"stdout": log, "stderr": log, "cwd": settings.BASE_DIR, "start_new_session": True}


def _stop(process: subprocess.Popen) -> None:
    """Stop the supervisor, which ends its cluster when the jobs at hand are done."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
