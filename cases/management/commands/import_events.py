"""manage.py import_events FILE...: read the jobcentre's events."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.import_events import EventsImported, import_events
from cases.import_income import municipality_of
from cases.management.command import PortalCommand, files_of


class Command(PortalCommand):
    help = (
        "Indlæser hændelser fra jobcentret (JSON eller Beskedfordelerens kuvert). "
        "0: læst, 1: mindst én hændelse fejlede, 2: en fil kunne ikke læses til ende."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="filer, eller mapper hvis filer skal læses")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--dry-run", action="store_true", help="læs og fortæl, hvad der ville ske, men gem intet")

    def act(self, **options: Any) -> int:
        code = options["municipality"]
        municipality = municipality_of(code) if code else None
        paths = files_of(options["files"], ".json", ".xml")
        results = [self._import(path, municipality, dry_run=options["dry_run"]) for path in paths]
        for result in results:
            self._tell(result)
        return max((result.exit_code for result in results), default=0)

    def _import(self, path: Path, municipality: Any, *, dry_run: bool) -> EventsImported:
        try:
            with path.open("rb") as source:
                return import_events(
                    source,
                    path.name,
                    user=self.system(),
                    now=timezone.now(),
                    municipality=municipality,
                    dry_run=dry_run,
                )
        except OSError as error:
            return EventsImported(path.name, unreadable=f"{path}: filen kan ikke åbnes ({error.strerror}).")

    def _tell(self, result: EventsImported) -> None:
        for sentence in (*result.faults, *filter(None, [result.unreadable])):
            self.stderr.write(sentence)
        for id_, _, sentences in result.outcomes:
            for sentence in sentences:
                self.stdout.write(f"  {id_}: {sentence}")
        for sentence in (*result.without_citizen, *result.unknown):
            self.stdout.write(sentence)
        self.stdout.write(f"{result.name}: {result.said}")
