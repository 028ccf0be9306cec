"""manage.py backup FILE: a whole copy of the SQLite database while it is in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cases.backup import backup
from cases.management.command import PortalCommand


class Command(PortalCommand):
    help = "Kopierer SQLite-databasen til en ny fil, mens den er i brug. PostgreSQL: brug pg_dump."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FIL")

    def act(self, **options: Any) -> int:
        size = backup(options["file"])
        self.stdout.write(f"{options['file']}: {size / 1_000_000:.1f} MB. Kopien er læst igennem.")
        return 0
