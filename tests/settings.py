"""The portal's own settings, on the day that the tests are laid out around, whatever day they are run on.

A process that a test starts inherits ``DJANGO_SETTINGS_MODULE``, so a portal, a worker and a command agree with the
test on the day. Later days are told apart where they matter, by handing them over (``today``, ``now``).
"""

import os
import time
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from fleksløn.settings import *  # noqa: F403

FIRST_MOMENT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""A Friday between November's run and its pay day: when the tests begin. From there the clock runs as it does."""

BEGUN = float(os.environ.setdefault("FLEKSLON_TESTS_BEGUN", str(time.time())))


def now() -> datetime:
    return FIRST_MOMENT + timedelta(seconds=time.time() - BEGUN)


timezone.now = now
