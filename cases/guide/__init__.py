"""The guide inside the portal (Hjælp): chapters by task, the glossary, and every rule with an example."""
