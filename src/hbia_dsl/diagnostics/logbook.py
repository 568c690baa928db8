"""Warnings of a run that goes on: they go to the logger `hbia_dsl`.

`logging` is loaded with the first warning: most processes never need it from us. Nothing is
raised here, since whoever warns wants to go on: a warning that cannot be given is lost.
"""

from contextlib import suppress


def log_warning(text: str, *values: object) -> None:
    """Log a warning; the values are put into the text as `logging` does it."""
    with suppress(Exception):  # no descriptor may be left to load it with
        import logging  # loaded where it is used

        logging.getLogger("hbia_dsl").warning(text, *values)


def log_exception(text: str, error: Exception) -> None:
    """Log an exception that is not raised, with its traceback."""
    with suppress(Exception):
        import logging  # loaded where it is used

        logging.getLogger("hbia_dsl").error(text, exc_info=error)
