"""Pages: parse, call one use-case, render."""
