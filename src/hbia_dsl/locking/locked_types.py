"""Types as a lock names them: short in every fact, and once with the module they are from.

A short name reads well in a diff. So that `User` of one module cannot quietly take the
place of `User` of another, each name is also written down with its module, and where two
have the same name, every fact says which one it means.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Final, Literal, get_origin

from hbia_dsl.typeforms.type_display import display

_STANDARD: Final = frozenset(sys.stdlib_module_names)
"""Python itself moves its classes between modules from release to release; they are left out."""


class TypeNames:
    """The types of one flow and their names."""

    def __init__(self, forms: Iterable[object]) -> None:
        self._homes: dict[str, dict[str, str]] = {}
        for form in forms:
            for name, home, made_of in _named_in(form):
                self._homes.setdefault(name, {})[home] = made_of

    def facts(self) -> Iterator[tuple[str, str]]:
        """Return each name and where it is from; for a `NewType` also what it is made of."""
        for name, homes in sorted(self._homes.items()):
            shown = (f"{home}{made_of}" for home, made_of in sorted(homes.items()))
            yield name, ", ".join(shown)

    def text(self, form: object, shown: str | None = None) -> str:
        """Return a type as text that means one type only.

        Args:
            form: The annotation.
            shown: How it is shown, if not as it is displayed.
        """
        text = display(form) if shown is None else shown
        found = {
            name: home for name, home, _ in _named_in(form) if len(self._homes.get(name, ())) > 1
        }
        if not found:
            return text
        return f"{text} [{', '.join(f'{name}: {home}' for name, home in sorted(found.items()))}]"


def _named_in(form: object) -> Iterator[tuple[str, str, str]]:
    """Return name, home and basis of all that a type mentions and that Python did not bring."""
    if isinstance(form, list | tuple):  # parameters of a `Callable`
        for part in form:
            yield from _named_in(part)
        return
    if hasattr(form, "__metadata__"):
        yield from _named_in(getattr(form, "__origin__", None))
        return
    arguments = getattr(form, "__args__", None)
    if isinstance(arguments, tuple) and not isinstance(form, type):
        origin = get_origin(form)
        if origin is Literal:
            return
        yield from _named_in(origin)
        for argument in arguments:
            yield from _named_in(argument)
        return
    yield from _named(form)


def _named(form: object) -> Iterator[tuple[str, str, str]]:
    module = getattr(form, "__module__", None)
    path = getattr(form, "__qualname__", None) or getattr(form, "__name__", None)
    if not isinstance(module, str) or not isinstance(path, str):
        return
    if module.partition(".")[0] in _STANDARD and module != "__main__":
        return
    made_of = ""
    for word, attribute in (("new type of", "__supertype__"), ("alias of", "__value__")):
        basis = getattr(form, attribute, None)
        if basis is not None:
            made_of = f" ({word} {display(basis)})"
    yield display(form), f"{module}.{path}", made_of
