"""manage.py issue_specifications: issue, draw and send a batch's letters here, in several processes."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connection, connections
from django.utils import timezone

from cases import letter_jobs
from cases.draw_letters import draw_letters
from cases.issue_specifications import blocks_of, issue_block, progress, without_letter
from cases.management.command import PortalCommand
from cases.models import IssuedDocument, PaymentBatch
from cases.refused import Refused
from cases.run_here import is_in_memory


class Command(PortalCommand):
    help = "Udsteder en frigivet udbetalingslistes specifikationer. Kan startes igen: ingen får to breve."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=int, help="udbetalingslistens nummer")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--processes", type=int, default=None, help="antal processer (ellers et pr. kerne)")
        parser.add_argument("--no-post", action="store_true", help="lav brevene, men send dem ikke")

    def act(self, **options: Any) -> int:
        municipality = self.municipality(options["municipality"])
        batch = PaymentBatch.objects.filter(municipality=municipality, number=options["batch"]).first()
        if batch is None:
            raise Refused(f"{municipality} har ingen udbetalingsliste {options['batch']}.")
        begun, user = time.monotonic(), batch.released_by or self.system()
        for first, last in blocks_of(list(without_letter(batch).order_by("id").values_list("id", flat=True))):
            issue_block(batch.pk, user, timezone.now(), first, last)
        undrawn = IssuedDocument.objects.filter(payment__batch=batch, file__isnull=True).order_by("id")
        _draw(blocks_of(list(undrawn.values_list("id", flat=True))), options["processes"] or settings.WORKERS)
        if not options["no_post"]:
            letter_jobs.send_letters()
        done = progress(batch)
        self.stdout.write(
            f"Liste {batch.number} i {municipality}: {done.total} breve, {done.drawn} lavet, {done.sent} sendt, "
            f"{done.on_paper} på papir, {done.trouble} kræver handling. {time.monotonic() - begun:.1f} s."
        )
        return 0 if done.is_done else 1


def _draw(blocks: list[tuple[int, int]], processes: int) -> None:
    """In this process, or in several beside it where the database can be opened by others."""
    wanted = min(processes, len(blocks))
    if wanted <= 1 or connection.in_atomic_block or is_in_memory():
        for first, last in blocks:
            draw_letters(first, last, timezone.now())
        return
    connections.close_all()
    with ProcessPoolExecutor(wanted, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(_draw_block, blocks))


def _draw_block(block: tuple[int, int]) -> None:
    draw_letters(*block, timezone.now())
