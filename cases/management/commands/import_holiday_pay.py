"""manage.py import_holiday_pay FILE...: read FerieKonto's payments."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.import_holiday_pay import HolidayPayImported, import_holiday_pay
from cases.import_income import municipality_of
from cases.management.command import PortalCommand, files_of


class Command(PortalCommand):
    help = (
        "Indlæser ferieudbetalinger fra FerieKonto (CSV). "
        "0: læst, 1: mindst én række fejlede, 2: en fil kunne ikke læses til ende."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="filer, eller mapper hvis filer skal læses")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--dry-run", action="store_true", help="læs og tæl, men gem intet")

    def act(self, **options: Any) -> int:
        code = options["municipality"]
        municipality = municipality_of(code) if code else None
        paths = files_of(options["files"], ".csv")
        results = [self._import(path, municipality, dry_run=options["dry_run"]) for path in paths]
        for result in results:
            self._tell(result)
        return max((result.exit_code for result in results), default=0)

    def _import(self, path: Path, municipality: Any, *, dry_run: bool) -> HolidayPayImported:
        try:
            with path.open("rb") as source:
                return import_holiday_pay(
                    source,
                    path.name,
                    user=self.system(),
                    now=timezone.now(),
                    municipality=municipality,
                    dry_run=dry_run,
                )
        except OSError as error:
            return HolidayPayImported(path.name, unreadable=f"{path}: filen kan ikke åbnes ({error.strerror}).")

    def _tell(self, result: HolidayPayImported) -> None:
        for sentence in (*result.faults, *filter(None, [result.unreadable])):
            self.stderr.write(sentence)
        for sentence in result.without_citizen:
            self.stdout.write(sentence)
        self.stdout.write(f"{result.name}: {result.said}")
