"""A database of its own, for the tests whose processes must open one."""

from tests.cases.own_database import copies, environment

__all__ = ["copies", "environment"]
