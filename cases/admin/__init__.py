"""One file per concept, with the names of cases/models. Who sees what is decided in cases.admin.base."""

from cases.admin import accounts, case_data, parameters, rates, technical  # noqa: F401  (each registers its models)
