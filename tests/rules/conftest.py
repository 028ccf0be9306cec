"""Test ids in plain ASCII without spaces or backslashes.

mutmut does not find other tests again, and counts a test that is not found as a mutant that was killed.
"""

from __future__ import annotations

import re


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """A text as letters, digits and underscores; other values as pytest writes them."""
    if isinstance(val, bytes):
        return "bytes"
    if not isinstance(val, str) or re.fullmatch(r"[A-Za-z0-9.-]{1,60}", val):
        return None
    return re.sub(r"[^A-Za-z0-9.-]+", "_", val)[:60] or "empty"
