"""manage.py import_control_lines FILE...: read R75, the yearly control information, from our own CSV."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.control_lines import COLUMNS, Imported, import_control_lines
from cases.import_income import municipality_of
from cases.management.command import PortalCommand, bytes_of
from cases.refused import Refused

FILE_BYTES = 50 * 1024 * 1024


class Command(PortalCommand):
    help = (
        "Indlæser R75 fra CSV (UTF-8, semikolon) med kolonnerne " + ", ".join(COLUMNS) + ". "
        "0: læst, 1: mindst én linje fejlede, 2: en fil kunne ikke læses."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--municipality", metavar="KODE")

    def act(self, **options: Any) -> int:
        code = options["municipality"]
        municipality = municipality_of(code) if code else None
        results = [self._import(path, municipality) for path in options["files"]]
        for result in results:
            for sentence in (*result.faults, *filter(None, [result.unreadable])):
                self.stderr.write(sentence)
            self.stdout.write(f"{result.name}: {result.said}")
        return max(result.exit_code for result in results)

    def _import(self, path: Path, municipality: Any) -> Imported:
        try:
            data = bytes_of(path, FILE_BYTES)
        except Refused as error:
            return Imported(path.name, unreadable=str(error))
        return import_control_lines(data, path.name, self.system(), timezone.now(), municipality)
