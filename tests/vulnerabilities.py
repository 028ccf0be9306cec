"""Known faults in the pinned libraries: ``python -m tests.vulnerabilities``.

Exit codes: 0 nothing known, 1 a library has a known fault, 2 the database of faults could not be asked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-saml.txt")
UNREACHABLE = (
    "ConnectionError",
    "Connection refused",
    "Max retries",
    "ServiceError",
    "Timeout",
    "NameResolution",
    "HTTPError",
)
CLEAN, FOUND, NOT_ASKED = 0, 1, 2


def verdict(code: int, said: str) -> tuple[int, str]:
    """pip-audit's exit code and words as one sentence. It answers 1 both for a fault and for a silent database."""
    if code == 0:
        return CLEAN, "Ingen kendte sårbarheder i de fastlåste biblioteker."
    if "Found " in said and "known vulnerabilit" in said:
        return FOUND, "Der er kendte sårbarheder. Opdatér som beskrevet i README."
    reason = next((one for one in UNREACHABLE if one in said), "ukendt svar")
    return NOT_ASKED, f"Databasen over sårbarheder kunne ikke spørges ({reason}). Intet er kontrolleret."


def main() -> int:
    worst = CLEAN
    for name in FILES:
        command = [sys.executable, "-m", "pip_audit", "-r", name, "--no-deps", "--disable-pip", "--require-hashes"]
        answer = subprocess.run([*command, "--timeout", "10"], cwd=ROOT, capture_output=True, text=True)
        code, sentence = verdict(answer.returncode, answer.stdout + answer.stderr)
        print(f"{name}: {sentence}")
        if code == FOUND:
            print(answer.stdout)
        worst = code if worst == CLEAN or code == FOUND else worst
    return worst


if __name__ == "__main__":
    sys.exit(main())
