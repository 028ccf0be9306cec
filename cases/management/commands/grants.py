"""manage.py grants flekslon_app: the SQL that gives the program's own PostgreSQL role its rights."""

from typing import Any

from django.core.management.base import CommandParser

from cases.database_role import grants
from cases.management.command import PortalCommand


class Command(PortalCommand):
    help = "Skriver den SQL, der giver programmets rolle i PostgreSQL dens rettigheder. Kør den efter hver migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", metavar="ROLLE")

    def act(self, **options: Any) -> int:
        for line in grants(options["role"]):
            self.stdout.write(line)
        return 0
