"""Values as one short line of text."""

import reprlib
from typing import Final

from hbia_dsl.cli.json_value import safe_repr
from hbia_dsl.cli.text_output import printable


def shortened(value: object, most: int = 200) -> str:
    """Return a value on one line, quickly even if it is huge.

    Args:
        value: The value.
        most: How many characters it may have.
    """
    if isinstance(value, str):
        head = value[: most * 2]
        text = repr(head) if len(head) == len(value) else f"{repr(head)[:-1]}..."
    elif isinstance(value, dict | list | tuple | set | frozenset):
        text = _SHORT.repr(value)
    else:
        text = safe_repr(value)
    text = printable(" ".join(text.split()))
    return text if len(text) <= most else f"{text[: most - 3]}..."


class _ShortRepr(reprlib.Repr):
    """`reprlib` with room for one line of a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 12
        self.maxstring = self.maxother = self.maxlong = 80

    def repr_instance(self, x: object, level: int) -> str:
        """Return what `repr` makes of an object, without its address."""
        del level
        return safe_repr(x)


_SHORT: Final = _ShortRepr()
