"""One file per concept, with the names of cases/models."""
