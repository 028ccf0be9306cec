"""Where the law, or what is known of the case, wants a person: never a guess."""


class MustBeJudged(ValueError):  # noqa: N818 - it is no mistake, it is work for a person
    """A person must decide; the message says what and why, in Danish."""
