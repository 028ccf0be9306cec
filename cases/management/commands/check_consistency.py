"""manage.py check_consistency: exit 1 and one line per fault."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.consistency import digest_of_decisions, faults
from cases.management.command import PortalCommand
from cases.nightly_control import check_and_seal


class Command(PortalCommand):
    help = "Efterser, at rækker passer til historikken, summer går op, vagter er på plads. Én linje pr. fejl."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digest", action="store_true", help="skriv et fingeraftryk af alle afgørelser")
        parser.add_argument("--seal", action="store_true", help="forsegl bagefter, hvad der er nyt (gøres hver nat)")

    def act(self, **options: Any) -> int:
        if options["digest"]:
            self.stdout.write(digest_of_decisions())
        found = check_and_seal(timezone.now()) if options["seal"] else faults()
        count = 0
        for fault in found:
            self.stderr.write(fault)
            count += 1
        self.stdout.write(f"{count} fejl." if count else "Alt stemmer.")
        return 1 if count else 0
