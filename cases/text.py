"""Danish text as databases can search and sort it, the same on SQLite and PostgreSQL."""

_SORT = str.maketrans({"æ": "z1", "ä": "z1", "ø": "z2", "ö": "z2", "å": "z3", "ü": "y"})


def search_text(text: str) -> str:
    """Casefolded, so that å finds Å (SQLite folds ASCII only); a CPR number without its dash."""
    return text.casefold().replace("-", "")


def sort_key(name: str) -> str:
    """Danish order: æ, ø, å last, and aa as å."""
    return name.casefold().replace("aa", "å").translate(_SORT)
