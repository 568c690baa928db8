"""The compiled check of a type that a hand-made graph names by text."""

from functools import lru_cache

from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.type_names import type_of_name
from hbia_dsl.typeforms.value_check import compile_check


@lru_cache(maxsize=256)
def check_of_type_name(text: str) -> ValueCheck | None:
    """Return the check of a type name; None if it is none that we know, as in the original."""
    form = type_of_name(text)
    return None if form is None else compile_check(form)
