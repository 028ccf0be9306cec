"""An invented municipality with honest eIndkomst answer files. What this module names knows no models."""

from cases.demo.incomes import AWKWARD_KINDS, PASSING_KINDS
from cases.demo.municipality import DemoMunicipality, demo_municipality
from cases.demo.population import DemoCitizen, DemoEmployer

__all__ = [
    "AWKWARD_KINDS",
    "PASSING_KINDS",
    "DemoCitizen",
    "DemoEmployer",
    "DemoMunicipality",
    "demo_municipality",
]
