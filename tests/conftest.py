"""What all tests share. No test hangs on the day it is run: NOW and TODAY are given, and `now` is tests.settings's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management.commands import flush
from hypothesis import HealthCheck, settings

settings.register_profile("flekslon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flekslon")


OPENS_THE_DATABASE = {"db", "transactional_db", "environment"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks `engine`: only what opens the database says anything new on a second engine. Files with slow tests first:
    at the end one process would work on them alone.
    """
    for item in items:
        opens = item.get_closest_marker("django_db") or OPENS_THE_DATABASE.intersection(item.fixturenames)
        if opens and not (item.get_closest_marker("any_engine") or item.get_closest_marker("browser")):
            item.add_marker("engine")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True, scope="session")
def _flush_lifts_guards() -> None:
    """Between transactional tests the tables are emptied; only there the guards on the past are lifted."""
    from cases.guards import guards_lifted

    original: Callable[..., Any] = flush.Command.handle

    def handle(self: Any, **options: Any) -> Any:
        with guards_lifted():
            return original(self, **options)

    flush.Command.handle = handle


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
