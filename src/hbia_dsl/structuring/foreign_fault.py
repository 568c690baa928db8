"""Problems out of errors that hooks of a user's own raise, with the paths that cattrs noted."""

import cattrs

from hbia_dsl.structuring.data_problem import DataProblem, field_step, key_step


def foreign_problems(error: Exception, expected: str) -> tuple[DataProblem, ...]:
    """Return what an error of a foreign hook says, without the data.

    The text of such an error may hold the data, so only its class is told.

    Args:
        error: What the hook raised.
        expected: The form that it was to read, as text.
    """
    if isinstance(error, cattrs.ClassValidationError):
        with_notes, without = error.group_exceptions()
        steps = [(inner, field_step(note.name)) for inner, note in with_notes]
    elif isinstance(error, cattrs.IterableValidationError):
        in_items, without = error.group_exceptions()
        steps = [(inner, key_step(note.index)) for inner, note in in_items]
    else:
        message = f"cannot be read as {expected}: {type(error).__name__}"
        return (DataProblem("", message, expected),)
    problems = [p.under(step) for inner, step in steps for p in _problems(inner, expected)]
    problems += [problem for inner in without for problem in _problems(inner, expected)]
    return tuple(problems)


def _problems(error: Exception, expected: str) -> tuple[DataProblem, ...]:
    known = getattr(error, "problems", None)  # ours, raised inside of a hook of cattrs
    return known if isinstance(known, tuple) else foreign_problems(error, expected)
