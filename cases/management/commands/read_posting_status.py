"""manage.py read_posting_status FILE...: which payments the finance system refused; the rest are posted."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.management.command import PortalCommand, files_of
from cases.read_posting_status import read_posting_status
from cases.refused import Refused


class Command(PortalCommand):
    help = (
        "Læser posteringsstatus (Prisme). 0: læst, 1: linjer passer ikke til nogen udbetaling, 2: en fil blev afvist."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="filer, eller mapper hvis filer skal læses")
        parser.add_argument("--municipality", metavar="KODE")

    def act(self, **options: Any) -> int:
        municipality = self.municipality(options["municipality"])
        code = 0
        for path in files_of(options["files"], ".csv", ".txt"):
            try:
                file = read_posting_status(municipality, path.name, path.read_bytes(), self.system(), timezone.now())
            except OSError as error:
                raise Refused(f"{path}: filen kan ikke åbnes ({error.strerror}).") from None
            self.stdout.write(
                f"{file.name}: {file.failed} afvist, {file.posted} bogført, {file.unknown} linjer uden udbetaling."
            )
            code = max(code, int(file.unknown > 0))
        return code
