"""manage.py import_cases FILE.csv: bring a municipality's cases in. Dry run unless --save."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cases.import_cases import COLUMNS, import_cases
from cases.management.command import PortalCommand, bytes_of

FILE_BYTES = 50 * 1024 * 1024


class Command(PortalCommand):
    help = "Indlæser sager fra en CSV-fil. Uden --save er det en prøve: intet gemmes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--save", action="store_true", help="gem sagerne")
        parser.add_argument("--columns", action="store_true", help="vis filens kolonner")

    def act(self, **options: Any) -> int:
        if options["columns"] or not options["file"]:
            for name, column in COLUMNS.items():
                self.stdout.write(f"{name:18} {'skal' if column.needed else 'kan '} udfyldes: {column.about}")
            self.stdout.write("tilskud_ÅÅÅÅ-MM    kan  udfyldes: tilskud udbetalt for den måned (en kolonne pr. måned)")
            return 0
        data = bytes_of(options["file"], FILE_BYTES)
        municipality = self.municipality(options["municipality"])
        result = import_cases(data, municipality, self.system(), save=options["save"])
        for fault in result.faults:
            self.stderr.write(fault)
        done = "oprettet" if options["save"] else "ville blive oprettet (prøve: intet er gemt, brug --save)"
        self.stdout.write(
            f"{result.created} sager {done}, {result.known} fandtes i forvejen, {len(result.faults)} fejl."
        )
        return 1 if result.faults else 0
