"""From rows and rules to what a person reads: Danish sentences, tables, bars. No queries that write."""
