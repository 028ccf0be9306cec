"""manage.py benchmark --cases 100000: a month for so many citizens, from answer files to payment file, as JSON."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection

from cases.demo.benchmark import benchmark
from cases.management.command import PortalCommand, month
from rules.months import Month


class Command(PortalCommand):
    help = "Måler en måned for så mange borgere i sin egen database, som slettes bagefter. Skriver JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=100_000)
        parser.add_argument("--month", type=month, default=Month(2026, 11))
        parser.add_argument("--workers", type=int, default=2)

    def act(self, **options: Any) -> int:
        with tempfile.TemporaryDirectory(prefix="flekslon-benchmark-") as folder:
            own = Path(folder) / "benchmark.sqlite3" if connection.vendor == "sqlite" else "flekslon_benchmark"
            connection.settings_dict["TEST"]["NAME"] = str(own)
            before = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                found = benchmark(options["cases"], options["month"], options["workers"], self.stderr.write)
            finally:
                connection.creation.destroy_test_db(before, verbosity=0)
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
