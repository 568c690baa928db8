"""Reading a whole module, where code uses it as a value: anything in it may be meant."""

from types import ModuleType

import attrs

from hbia_dsl.cache.code_binding import ABSENT, Held, bind, is_held
from hbia_dsl.cache.code_thing import CodeObject, Notes, Thing


@attrs.frozen(eq=False)
class ModuleReading:
    """What was read from a module, and how to tell that it is still so."""

    notes: Notes
    size: int
    names: tuple[tuple[str, Held], ...]

    def holds(self, target: CodeObject) -> bool:
        """Whether the names of the module stand for what they stood for."""
        namespace = vars(target)
        return len(namespace) == self.size and all(
            is_held(namespace.get(name, ABSENT), held) for name, held in self.names
        )


def read_module(thing: Thing, module: ModuleType) -> ModuleReading:
    """Read every name of a module except those with two underscores around them."""
    notes = Notes()
    namespace = dict(vars(module))  # another thread may be importing something into it
    names = tuple(
        (name, bind("constant", f"{thing.name}.{name}", namespace[name], notes))
        for name in sorted(namespace)
        if not (name.startswith("__") and name.endswith("__"))
    )
    return ModuleReading(notes, len(namespace), names)
