"""manage.py check_consistency: exit 1 and one line per fault."""

from typing import Any

from django.core.management.base import CommandParser

from cases.consistency import digest_of_decisions, faults
from cases.management.command import PortalCommand


class Command(PortalCommand):
    help = "Efterser, at rækker passer til historikken, summer går op, vagter er på plads. Én linje pr. fejl."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digest", action="store_true", help="skriv et fingeraftryk af alle afgørelser")

    def act(self, **options: Any) -> int:
        if options["digest"]:
            self.stdout.write(digest_of_decisions())
        found = 0
        for fault in faults():
            self.stderr.write(fault)
            found += 1
        self.stdout.write(f"{found} fejl." if found else "Alt stemmer.")
        return 1 if found else 0
