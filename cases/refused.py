"""An act that cannot be done, with the sentence the user gets."""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The act was refused; nothing was written. str() is a Danish sentence that says what to do."""


class Conflict(Refused):
    """Somebody else saved first. What the user typed is kept on the page."""
