"""What code changes outside of itself: names that it binds again, containers that it alters.

A function that notes its calls in a list would be another function after every call if that
list counted by its value. So these are found in the byte code: `global` and `nonlocal` names
that are assigned, and what `log[x] = 1`, `del log[x]`, `log.append(x)` or `module.count += 1`
alter. What is altered is traced back through the instructions before; where a jump lies in
between, or anything else out of the ordinary, nothing is claimed.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dis import hasjabs, hasjrel, stack_effect
from opcode import HAVE_ARGUMENT, opmap
from types import CodeType
from typing import Final, NamedTuple

GLOBAL: Final = "global"
CLOSURE: Final = "closure"
PARAMETER: Final = "parameter"

CONTAINERS: Final = (list, dict, set, deque, bytearray)
"""What can be altered in place, by methods of known names."""
ALTERING_METHODS: Final = frozenset(
    (
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend"),
        *("extendleft", "insert", "intersection_update", "pop", "popitem", "popleft", "remove"),
        *("reverse", "rotate", "setdefault", "sort", "subtract", "symmetric_difference_update"),
        "update",
    )
)
"""Methods by which the containers of the standard library are altered."""


class Change(NamedTuple):
    """Something that code changes."""

    kind: str
    """Where the first name is looked up: `global`, `closure` or `parameter`."""
    chain: tuple[str, ...]
    """The name, and the attributes that are taken from it."""
    is_bound: bool = False
    """Whether the name itself is bound again; else what it stands for is altered."""
    is_inside: bool = False
    """Whether something in it is altered: `log[x].append(y)`."""
    by_method: bool = False
    """Whether a method does it; what that method does depends on what it belongs to."""


def _codes(*names: str) -> frozenset[int]:
    return frozenset(opmap[name] for name in names if name in opmap)


_STORE_NAMES: Final = _codes("STORE_GLOBAL", "DELETE_GLOBAL")
_STORE_CELLS: Final = _codes("STORE_DEREF", "DELETE_DEREF")
_STORE_ATTRIBUTES: Final = _codes("STORE_ATTR", "DELETE_ATTR")
_CONTAINER_AT: Final = {
    opmap[name]: depth
    for name, depth in (("STORE_SUBSCR", 1), ("DELETE_SUBSCR", 1), ("STORE_SLICE", 2))
    if name in opmap
}
"""How deep in the stack the container lies that an instruction alters."""
_ATTRIBUTES: Final = _codes("LOAD_ATTR", "LOAD_METHOD")
_LOAD_ATTR: Final = opmap["LOAD_ATTR"]
_LOAD_GLOBAL: Final = opmap["LOAD_GLOBAL"]
_CELL_LOADS: Final = _codes("LOAD_DEREF", "LOAD_CLASSDEREF")
_LOCAL_LOADS: Final = _codes("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW")
_LOCAL_PAIRS: Final = _codes("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW")
_STORE_PAIRS: Final = _codes("STORE_FAST_STORE_FAST", "STORE_FAST_LOAD_FAST")
_STORE_FAST: Final = opmap["STORE_FAST"]
_SUBSCRIPT: Final = opmap.get("BINARY_SUBSCR", -1)
_BINARY_OP: Final = opmap["BINARY_OP"]
_SUBSCRIPT_OPERATOR: Final = 26
"""Since 3.14 a subscript is this operator of BINARY_OP."""
_COPY: Final = opmap["COPY"]
_SWAP: Final = opmap["SWAP"]
_SILENT: Final = _codes("CACHE", "EXTENDED_ARG", "NOP", "RESUME", "NOT_TAKEN")
_PUSH_NOTHING: Final = _codes(
    "PRECALL", "KW_NAMES", "POP_TOP", "STORE_FAST", "LIST_APPEND", "LIST_EXTEND", "SET_ADD",
    "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE", "MAP_ADD", "COPY_FREE_VARS", "MAKE_CELL",
)  # fmt: skip
_JUMPS: Final = frozenset((*hasjrel, *hasjabs))
_UNUSUAL: Final = _JUMPS | frozenset(
    code
    for name, code in opmap.items()
    if name.startswith(("UNPACK", "RETURN", "RAISE", "RERAISE", "SEND", "YIELD", "WITH", "END"))
    or "EXC" in name
    or "ASYNC" in name
    or "AWAIT" in name
)
_CALL: Final = opmap.get("PRECALL", opmap["CALL"])
"""What stands right after the arguments of a call."""
_LOAD_CONST: Final = opmap["LOAD_CONST"]
_WITH_NAME: Final = 2
"""How many arguments `getattr` takes at least."""
_ALTERING: Final = bytes([*_STORE_NAMES, *_STORE_CELLS, *_STORE_ATTRIBUTES, *_CONTAINER_AT])
_ATTRIBUTE_SHIFT: Final = 1 if sys.version_info >= (3, 12) else 0
_FEWEST_BITS: Final = 4

Argument = Callable[[int], int]
"""Returns the argument of the instruction at a place."""


def may_change(code: CodeType, codes: bytes) -> bool:
    """Return whether it is worth asking `changes_of`."""
    # The quickest way to ask for several bytes at once.
    has_any = len(codes.translate(None, _ALTERING)) < len(codes)
    return has_any or not ALTERING_METHODS.isdisjoint(code.co_names)


def changes_of(code: CodeType, codes: bytes, argument: Argument) -> Iterator[Change]:
    """Yield what a code object changes outside of itself, but not what those inside it do.

    Args:
        code: The code object.
        codes: Its opcodes.
        argument: Returns the argument of the instruction at a place.
    """
    tracing = _Tracing(code, codes, argument)
    names = code.co_names
    for at, opcode in enumerate(codes):
        if opcode in _STORE_NAMES:
            yield Change(GLOBAL, (names[argument(at)],), is_bound=True)
        elif opcode in _STORE_CELLS:
            name = tracing.local(argument(at))
            if name in code.co_freevars:
                yield Change(CLOSURE, (name,), is_bound=True)
        elif opcode in _STORE_ATTRIBUTES:
            found = tracing.source(at, 0)
            if found is not None and not found.is_inside:
                chain = (*found.chain, names[argument(at)])
                yield found._replace(chain=chain, is_bound=True)
        elif opcode in _CONTAINER_AT:
            found = tracing.source(at, _CONTAINER_AT[opcode])
            if found is not None:
                yield found
        elif opcode in _ATTRIBUTES and tracing.attribute(at) in ALTERING_METHODS:
            found = tracing.source(at, 0)
            if found is not None:
                yield found._replace(by_method=True)


def takes_computed_name(code: CodeType, codes: bytes, argument: Argument, function: str) -> bool:
    """Return whether code calls a function such as `getattr` with a name that it computes.

    Args:
        code: The code object.
        codes: Its opcodes.
        argument: Returns the argument of the instruction at a place.
        function: The name of a builtin whose second argument is a name.
    """
    tracing = _Tracing(code, codes, argument)
    for at, opcode in enumerate(codes):
        count = argument(at) if opcode == _CALL else 0
        if count >= _WITH_NAME and tracing.is_global(at, count, function):
            name = tracing.producer(at, count - _WITH_NAME)
            if name is None or codes[name[0]] != _LOAD_CONST:
                return True
    return False


def changes_from_inside(code: CodeType, changes: Iterable[Change]) -> Iterator[Change]:
    """Yield what a function inside another one changes outside of both.

    Args:
        code: The code around it.
        changes: What the inner one changes.
    """
    for change in changes:
        name = change.chain[0]
        if change.kind == GLOBAL or (change.kind == CLOSURE and name in code.co_freevars):
            yield change
        elif change.kind == CLOSURE and not change.is_bound and name in _parameters(code):
            yield change._replace(kind=PARAMETER)


def _parameters(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


class _Tracing:
    """Traces what lies on the stack back to the name that it came from."""

    __slots__ = ("_argument", "_code", "_codes", "_parameters", "_tracing")

    def __init__(self, code: CodeType, codes: bytes, argument: Argument) -> None:
        self._code = code
        self._codes = codes
        self._argument = argument
        self._parameters = _parameters(code)
        self._tracing: set[str] = set()

    def local(self, number: int) -> str:
        """Return the name of a local variable or a cell."""
        # What `dis` asks as well.
        name: str = self._code._varname_from_oparg(number)  # type: ignore[attr-defined]  # noqa: SLF001 - the only way
        return name

    def attribute(self, at: int) -> str:
        """Return the name of the attribute that an instruction loads."""
        shift = _ATTRIBUTE_SHIFT if self._codes[at] == _LOAD_ATTR else 0
        return self._code.co_names[self._argument(at) >> shift]

    def source(self, at: int, depth: int) -> Change | None:
        """Return what lies so deep in the stack before an instruction; None if that is unclear."""
        found = self.producer(at, depth)
        if found is None:
            return None
        at, depth = found
        opcode, code = self._codes[at], self._code
        if opcode == _LOAD_GLOBAL:
            return Change(GLOBAL, (code.co_names[self._argument(at) >> 1],))
        if opcode in _CELL_LOADS:
            return self._cell(self.local(self._argument(at)))
        if opcode in _LOCAL_LOADS:
            return self._local(self.local(self._argument(at)))
        if opcode in _LOCAL_PAIRS:
            both = divmod(self._argument(at), 1 << _FEWEST_BITS)
            return self._local(self.local(both[1 - depth]))
        if opcode in _ATTRIBUTES and depth == 0:
            owner = self.source(at, 0)
            if owner is None or owner.is_inside:
                return None
            return owner._replace(chain=(*owner.chain, self.attribute(at)))
        if opcode == _SUBSCRIPT or (
            opcode == _BINARY_OP and self._argument(at) == _SUBSCRIPT_OPERATOR
        ):
            container = self.source(at, 1)
            return None if container is None else container._replace(is_inside=True)
        return None

    def is_global(self, at: int, depth: int, name: str) -> bool:
        """Return whether a global of that name lies so deep in the stack."""
        found = self.producer(at, depth)
        return (
            found is not None
            and self._codes[found[0]] == _LOAD_GLOBAL
            and self._code.co_names[self._argument(found[0]) >> 1] == name
        )

    def _cell(self, name: str) -> Change | None:
        if name in self._code.co_freevars:
            return Change(CLOSURE, (name,))
        return Change(PARAMETER, (name,)) if name in self._parameters else None

    def _local(self, name: str) -> Change | None:
        """Return what a local variable stands for, if it is bound once."""
        stored = [
            at
            for at, opcode in enumerate(self._codes)
            if opcode == _STORE_FAST and self.local(self._argument(at)) == name
        ]
        in_pairs = name in map(self.local, self._stored_in_pairs())
        if name in self._parameters:
            return None if stored or in_pairs else Change(PARAMETER, (name,))
        if len(stored) != 1 or in_pairs or name in self._tracing:
            return None
        self._tracing.add(name)
        try:
            return self.source(stored[0], 0)
        finally:
            self._tracing.discard(name)

    def _stored_in_pairs(self) -> Iterator[int]:
        for at, opcode in enumerate(self._codes):
            if opcode in _STORE_PAIRS:
                yield from divmod(self._argument(at), 1 << _FEWEST_BITS)

    def producer(self, at: int, depth: int) -> tuple[int, int] | None:
        """Return which instruction put something on the stack, and how deep in what it put."""
        codes = self._codes
        while at > 0:
            at -= 1
            opcode = codes[at]
            if opcode in _SILENT:
                continue
            if opcode in _UNUSUAL:
                return None
            if opcode in (_COPY, _SWAP):
                depth = _moved(opcode, self._argument(at), depth)
                continue
            effect = stack_effect(
                opcode, self._argument(at) if opcode >= HAVE_ARGUMENT else None, jump=False
            )
            pushed = effect if effect > 0 else int(opcode not in _PUSH_NOTHING)
            if opcode in _ATTRIBUTES:
                pushed = effect + 1  # a method comes with what it belongs to
            if depth < pushed:
                return at, depth
            depth -= effect
        return None


def _moved(opcode: int, number: int, depth: int) -> int:
    """Return how deep something lay before it was copied or exchanged."""
    if opcode == _COPY:
        return depth - 1 if depth else number - 1
    if depth == 0:
        return number - 1
    return 0 if depth == number - 1 else depth
