"""Random programs of several modules, with a model that knows what reaches what.

Every item holds a number of its own. Editing an item changes that number, so the model knows
exactly which fingerprints must change: those of functions that reach the item.
"""

import random
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

import attrs

MODULES: Final = 3


@attrs.frozen
class Item:
    """A constant, table, function, factory product or class of a program."""

    name: str
    module: int
    kind: str
    uses: tuple[int, ...]
    """Numbers of other items that its text names."""
    style: int

    def text(self, number: int, names: list[str]) -> str:
        """Write the item, given its own number and how it names what it uses."""
        return WRITERS[self.kind](self, number, names)


def _constant(item: Item, number: int, names: list[str]) -> str:
    del names
    forms = ("{}", "{}.5", "'t{}'", "({}, 'x')", "dict(k=[{}])")
    return f"{item.name} = {forms[item.style % len(forms)].format(number)}\n"


def _table(item: Item, number: int, names: list[str]) -> str:
    entries = "".join(f"{k}: {name}, " for k, name in enumerate(names))
    return f"{item.name} = {{{entries}'own': {number}}}\n"


def _function(item: Item, number: int, names: list[str]) -> str:
    used = ", ".join([str(number), *names])
    bodies = (
        f"    return [{used}, value]\n",
        f"    inner = lambda: ({used}, value)\n    return inner()\n",
        f"    return [(each, {used}) for each in range(value)]\n",
        f"    def inner(more):\n        return {used}, more, value\n    return inner(1)\n",
        f"    class Local:\n        held = {used}, 0\n    return Local.held\n",
        f"    try:\n        return {used}, value\n    finally:\n        print(value)\n",
    )
    # A default is evaluated at once, so only the own number stands there.
    default = f"={number}" if item.style % 2 else ""
    return f"def {item.name}(value{default}):\n{bodies[item.style % len(bodies)]}"


def _closure(item: Item, number: int, names: list[str]) -> str:
    used = ", ".join(["held", *names])
    return (
        f"def make_{item.name}(held):\n    def inner(value):\n        return {used}, value\n"
        f"    return inner\n{item.name} = make_{item.name}({number})\n"
    )


def _class(item: Item, number: int, names: list[str]) -> str:
    used = ", ".join([str(number), *names])
    methods = (
        f"    def method(self):\n        return {used}\n",
        f"    @property\n    def shown(self):\n        return {used}\n",
        f"    @staticmethod\n    def made():\n        return {used}\n",
        f"    limit = {number}\n    def method(self):\n        return self.limit, {used}\n",
    )
    return f"class {item.name}:\n{methods[item.style % len(methods)]}"


WRITERS: Final[Mapping[str, Callable[[Item, int, list[str]], str]]] = {
    "constant": _constant,
    "table": _table,
    "function": _function,
    "closure": _closure,
    "class": _class,
}


@attrs.frozen
class Program:
    """Items, the first of which is the function that is looked at."""

    items: tuple[Item, ...]

    def reached(self) -> set[int]:
        """Return the numbers of all items that the first one reaches."""
        found: set[int] = set()
        ahead = [0]
        while ahead:
            at = ahead.pop()
            if at not in found:
                found.add(at)
                ahead += self.items[at].uses
        return found

    def run(self, numbers: list[int], noise: random.Random) -> Callable[..., object]:
        """Execute the program in modules that nobody has seen, and return its first item.

        Args:
            numbers: The number of each item.
            noise: Decides about comments, blank lines and docstrings.
        """
        modules = [ModuleType(f"generated.part{k}") for k in range(MODULES)]
        for module in modules:
            vars(module).update({f"part{k}": other for k, other in enumerate(modules)})
        # Tables name functions when they are made, so they come last in their module.
        order = sorted(range(len(self.items)), key=lambda at: self.items[at].kind == "table")
        for k, module in enumerate(modules):
            parts = [
                "\n" * noise.randrange(3)
                + (f"# {noise.random()}\n" if noise.random() < 0.5 else "")
                + self._text(at, numbers)
                for at in order
                if self.items[at].module == k
            ]
            source = f'"""Module {noise.random()}."""\n' + "".join(parts)
            exec(compile(source, f"<part{k}>", "exec"), vars(module))  # noqa: S102 - made above
        root = getattr(modules[self.items[0].module], self.items[0].name)
        assert callable(root)
        # The modules live as long as the function does: it knows them by its globals.
        function: Callable[..., object] = root
        return function

    def _text(self, at: int, numbers: list[int]) -> str:
        item = self.items[at]
        names = [
            other.name if other.module == item.module else f"part{other.module}.{other.name}"
            for other in (self.items[use] for use in item.uses)
        ]
        return item.text(numbers[at], names)


def random_program(seed: int) -> Program:
    """Make a program from a number."""
    chosen = random.Random(seed)
    count = chosen.randrange(6, 18)
    kinds = ["function", *chosen.choices(list(WRITERS), k=count - 1)]
    modules = [chosen.randrange(MODULES) for _ in kinds]
    items = []
    for at, (kind, module) in enumerate(zip(kinds, modules, strict=True)):
        uses: list[int] = []
        if kind == "table":
            near = [k for k in range(count) if modules[k] == module and kinds[k] != "table"]
            uses = chosen.sample(near, min(len(near), 2))
        elif kind != "constant":
            uses = chosen.sample(range(count), chosen.randrange(1 if at == 0 else 0, 3))
        items.append(Item(f"{kind}_{at}", module, kind, tuple(uses), chosen.randrange(60)))
    return Program(tuple(items))
