"""manage.py import_income FILE...: read answers of eIndkomst."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.import_income import Imported, import_income, municipality_of
from cases.management.command import PortalCommand


class Command(PortalCommand):
    help = "Indlæser svar fra eIndkomst. 0: læst, 1: mindst én person fejlede, 2: en fil kunne ikke læses til ende."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--dry-run", action="store_true", help="læs og tæl, men gem intet")
        parser.add_argument("--json", action="store_true", help="skriv hver persons indberetninger som JSON")

    def act(self, **options: Any) -> int:
        code = options["municipality"]
        municipality = municipality_of(code) if code else None
        results = [self._import(path, municipality, options) for path in options["files"]]
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(one) for one in results], ensure_ascii=False, indent=1))
        for result in results:
            self._tell(result, quiet=options["json"])
        return max(result.exit_code for result in results)

    def _import(self, path: Path, municipality: Any, options: dict[str, Any]) -> Imported:
        try:
            with path.open("rb") as source:
                return import_income(
                    source,
                    path.name,
                    user=self.system(),
                    now=timezone.now(),
                    municipality=municipality,
                    dry_run=options["dry_run"],
                    keep_persons=options["json"],
                )
        except OSError as error:
            return Imported(path.name, unreadable=f"{path}: filen kan ikke åbnes ({error.strerror}).")

    def _tell(self, result: Imported, *, quiet: bool) -> None:
        for sentence in (*result.faults, *filter(None, [result.unreadable])):
            self.stderr.write(sentence)
        if not quiet:
            self.stdout.write(f"{result.name}: {result.said}")


def _as_json(result: Imported) -> dict[str, Any]:
    return {
        "file": result.name,
        "persons": [person.as_json() for person in result.persons],
        "read": result.read,
        "new_reports": result.new_reports,
        "without_case": result.without_case,
        "faults": result.faults,
        "unreadable": result.unreadable or None,
    }
