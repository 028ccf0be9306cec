"""manage.py replay --year 2026: calculate stored decisions again; exit 1 and a line for each that differs."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from cases.management.command import PortalCommand
from cases.models import AlarmKind
from cases.replay import Scope, record, replay, replay_sample


class Command(PortalCommand):
    help = "Beregner gemte afgørelser igen. De skal give det samme. En linje og en alarm for hver, der ikke gør."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, metavar="ÅR", help="tilskudsåret (ellers alle)")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--sample", type=int, metavar="ANTAL", help="kun en tilfældig stikprøve, dagens")
        parser.add_argument("--processes", type=int, default=settings.WORKERS, help="ellers en pr. kerne")

    def act(self, **options: Any) -> int:
        begun, now = time.monotonic(), timezone.now()
        scope = self._scope(options)
        if options["sample"]:
            scope = Scope(text=f"stikprøve på {options['sample']}")
            result = replay_sample(timezone.localdate(now), options["sample"])
        else:
            result = replay(scope, options["processes"])
        record(result, scope, self.system(), now)
        for one in result.differences:
            kind = AlarmKind(one.kind).label
            row = "Afgørelse" if one.model == "decision" else "Efterregulering"
            self.stderr.write(f"{row} {one.id}: {kind}. {one.where}. Gemt: {one.stored}. Nu: {one.found}.")
        self.stdout.write(
            f"{result.checked} beregnet igen ({scope.text}), {len(result.differences)} forskelle, "
            f"{result.old_rules} efter ældre regler. {time.monotonic() - begun:.1f} s."
        )
        return 1 if result.differences else 0

    def _scope(self, options: dict[str, Any]) -> Scope:
        municipality = self.municipality(options["municipality"]) if options["municipality"] else None
        if options["year"]:
            return Scope.of_year(options["year"], municipality)
        where = f"alle afgørelser i {municipality}" if municipality else "alle afgørelser"
        return Scope(municipality and municipality.pk, text=where)
