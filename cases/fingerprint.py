"""The fingerprint of a stored decision from its own columns: the same text as rules.decision makes."""

from __future__ import annotations

from decimal import Decimal

from rules.frozen import canonical, digest, freeze


def fingerprint_of(
    facts: dict, rates: dict, parameters: dict, steps: list, concerns: list, outcome: str, version: str
) -> str:
    """SHA-256 in hexadecimal."""
    return digest(
        {
            "facts": facts,
            "rates": rates,
            "parameters": parameters,
            "steps": [[law, freeze(Decimal(amount))] for _, law, amount in steps],
            "concerns": [[one["code"], canonical(one["numbers"])] for one in concerns],
            "outcome": outcome,
            "version": version,
        }
    )
