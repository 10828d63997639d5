"""Why something is not done, in one sentence for the person who asked."""


class Refused(Exception):
    """`str(refused)` is a French sentence (translated) that says what to do instead."""
