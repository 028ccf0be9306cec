"""Mutation testing of the sum and the income rules: is every line there because a test needs it?

    python -m tests.mutation [--keep]

Runs mutmut as pyproject.toml says (some minutes), prints the number of mutants of each function, and exits with 1
when a function has none, when a mutant survives, or when no test reaches one. ``--keep`` reads the last run's
result instead of running again.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CAUGHT = {"killed", "timeout", "caught by type check"}
_PLAIN = re.compile(r"[!-\[\]-~]+")
_RESULT = re.compile(r"\s*(?P<module>[\w.]+)\.(?P<name>x\S+)__mutmut_(?P<number>\d+): (?P<status>.+)")


def functions(path: Path) -> Iterator[str]:
    """The names of a module's functions and methods, as mutmut writes them."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield f"x_{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from (f"xǁ{node.name}ǁ{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef))


def unfindable_tests() -> list[str]:
    """Tests whose id is not plain ASCII: mutmut does not find them again, and takes that for a kill."""
    settings = pyproject()
    arguments = [*settings["pytest_add_cli_args"], *settings["pytest_add_cli_args_test_selection"]]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if "::" in line and not _PLAIN.fullmatch(line)]


def pyproject() -> dict[str, list[str]]:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    settings: dict[str, list[str]] = document["tool"]["mutmut"]
    return settings


def mutated_files() -> list[Path]:
    return [ROOT / name for name in pyproject()["only_mutate"]]


def mutmut(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mutmut {' '.join(arguments)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def results() -> Iterator[tuple[str, str, str, str]]:
    """(module, function, number, status) of every mutant of the last run."""
    for line in mutmut("results", "--all", "true").splitlines():
        found = _RESULT.fullmatch(line)
        if found:
            yield found["module"], found["name"], found["number"], found["status"]


def main(keep: bool) -> int:
    if not keep:
        shutil.rmtree("mutants", ignore_errors=True)  # mutmut keeps old copies of changed tests
        mutmut("run")
    mutants: Counter[tuple[str, str]] = Counter()
    faults = [f"not a plain id: {test}" for test in unfindable_tests()]
    for module, name, number, status in results():
        mutants[module, name] += 1
        if status not in CAUGHT:
            faults.append(f"{status}: {module}.{name}__mutmut_{number}")
    for path in mutated_files():
        module = f"rules.{path.stem}"
        for name in functions(path):
            count = mutants[module, name]
            print(f"{count:5} {module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}")
            if not count:
                faults.append(f"no mutants: {module}.{name}")
    print(f"{sum(mutants.values())} mutants, {len(faults)} faults")
    print("\n".join(faults))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(keep="--keep" in sys.argv))
