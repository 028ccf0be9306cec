"""What the law and the municipality say. Pure: no Django, no clock, no database."""

RULES_VERSION = "2026.1"
