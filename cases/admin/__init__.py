"""One file per concept, with the names of cases/models. Who sees what is decided in cases.admin.base."""

from cases.admin import (  # noqa: F401  (each registers its models)
    accounts,
    case_data,
    parameters,
    payments,
    rates,
    retention,
    technical,
)
