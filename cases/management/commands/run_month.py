"""manage.py run_month 2026-11: decide every due case of a municipality's month."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.due import due_in
from cases.management.command import PortalCommand, month
from cases.run_here import work_run
from cases.run_month import progress, rehearse, start_run
from rules.income_rules import BY_CODE
from rules.money import danish


class Command(PortalCommand):
    help = "Kører en tilskudsmåned. Kan startes igen: det, der er gjort, gøres ikke om."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month)
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--rehearsal", action="store_true", help="prøvekørsel: beregn, men gem intet")
        parser.add_argument("--processes", type=int, default=None, help="antal processer (ellers et pr. kerne)")
        parser.add_argument("--json", action="store_true")

    def act(self, **options: Any) -> int:
        municipality = self.municipality(options["municipality"])
        if options["rehearsal"]:
            return self._rehearse(municipality, options)
        begun = time.monotonic()
        run = start_run(municipality, options["month"], self.system(), timezone.now())
        work_run(run, options["processes"])
        run.refresh_from_db()
        now = progress(run)
        left_out = due_in(municipality, options["month"]).left_out
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(now, time.monotonic() - begun), ensure_ascii=False, indent=1))
            return 1 if now.faults or now.failed else 0
        self.stdout.write(
            f"{run} i {municipality}: {now.total} sager ind = automatisk {now.automatic} + manuel {now.manual} "
            f"+ fejl {now.failed} + i gang {now.waiting}. {danish(now.subsidy_sum)} kr. i tilskud. "
            f"{len(left_out)} sager er ikke med."
        )
        for code, title, count in now.concerns:
            self.stdout.write(f"  {count:5}  {code}  {title}")
        for fault in now.faults or ["Kontrolsum stemmer."]:
            self.stdout.write(fault)
        return 1 if now.faults or now.failed else 0

    def _rehearse(self, municipality: Any, options: dict[str, Any]) -> int:
        result = rehearse(municipality, options["month"])
        if options["json"]:
            found = asdict(result) | {"subsidy_sum": str(result.subsidy_sum), "rehearsal": True}
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return 1 if result.failed else 0
        self.stdout.write(
            f"Prøvekørsel {options['month']} i {municipality}: {result.total} sager ind = automatisk "
            f"{result.automatic} + manuel {result.manual} + fejl {result.failed}. "
            f"{danish(result.subsidy_sum)} kr. i tilskud. Intet er gemt."
        )
        for code, count in sorted(result.concerns.items(), key=lambda pair: -pair[1]):
            self.stdout.write(f"  {count:5}  {code}  {BY_CODE[code].title}")
        return 1 if result.failed else 0


def _as_json(now: Any, seconds: float) -> dict[str, Any]:
    return {
        "total": now.total,
        "automatic": now.automatic,
        "manual": now.manual,
        "failed": now.failed,
        "waiting": now.waiting,
        "subsidy_sum": str(now.subsidy_sum),
        "payment_sum": str(now.payment_sum),
        "seconds": round(seconds, 3),
        "concerns": {code: count for code, _, count in now.concerns},
        "faults": now.faults,
        "rehearsal": False,
    }
