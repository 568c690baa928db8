"""What a code object says: a canonical digest, and the names that lead out of it.

The digest ignores what does not change what the code does: comments, blank lines, line
numbers, file names, docstrings, names of local variables. `co_code` is the byte code as it was
compiled: what the interpreter specialised since does not show in it.

In Python 3.11 and newer every second byte is an opcode, and searching those for the few opcodes
that matter is ten times as quick as `dis`.
"""

import sys
from collections.abc import Iterator
from hashlib import blake2b
from opcode import hasconst, opmap
from types import CodeType
from typing import Final, NamedTuple

from hbia_dsl.cache.code_changes import (
    Change,
    changes_from_inside,
    changes_of,
    may_change,
    takes_computed_name,
)
from hbia_dsl.cache.code_digest import ATOMS, DIGEST_BYTES, atom_text, atoms_text
from hbia_dsl.cache.code_imports import CodeImport, imports_of
from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.code_name import ANNOTATION_READERS

Chain = tuple[str, ...]
"""A global name and the attributes that the code takes from it: `("text", "clean")`."""

_EXTENDED: Final = opmap["EXTENDED_ARG"]
_LOAD_GLOBAL: Final = opmap["LOAD_GLOBAL"]
_LOAD_ATTR: Final = opmap["LOAD_ATTR"]
_STORE_NAME: Final = opmap["STORE_NAME"]
_IMPORT: Final = bytes([opmap["IMPORT_NAME"]])
_CONSTANT_LOADS: Final = tuple(bytes([code]) for code in sorted(hasconst) if code < 256)
_NAME_LOADS: Final = frozenset(
    opmap[name] for name in ("LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS") if name in opmap
)
_ATTRIBUTE_LOADS: Final = frozenset(
    opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD") if name in opmap
)
_MAY_BE_ATTRIBUTE: Final = _ATTRIBUTE_LOADS | {_EXTENDED}
_ATTRIBUTE_SHIFT: Final = 1 if sys.version_info >= (3, 12) else 0
"""Since 3.12 the lowest bit of the argument of LOAD_ATTR says that a method is called."""

_sample: Final = (lambda: Chain.count.real).__code__.co_code[::2]  # type: ignore[attr-defined]  # never called
_AFTER_GLOBAL: Final = _sample.index(_LOAD_ATTR) - _sample.index(_LOAD_GLOBAL)
"""Where the next instruction begins: room for the interpreter's notes lies in between."""
_AFTER_ATTRIBUTE: Final = _sample.rindex(_LOAD_ATTR) - _sample.index(_LOAD_ATTR)

_MEANINGFUL_FLAGS: Final = 0xFFF
"""How arguments, scopes, generators and coroutines work; above are `__future__` and docstrings."""
_OPTIMIZED: Final = 0x1
_READS_DOCSTRINGS: Final = frozenset({"__doc__", "getdoc"})
_ANNOTATIONS: Final = frozenset({"__annotations__", "__annotate__"})
_READS_ANNOTATIONS: Final = ANNOTATION_READERS | _ANNOTATIONS
_BY_TEXT: Final = "'__annotations__'"
"""As `getattr(fn, "__annotations__", {})` names them."""
_READS_LOCALS: Final = frozenset({"locals", "vars", "dir", "eval", "exec"})
_RUNS_UNSEEN: Final = frozenset({"eval", "exec", "globals", "__import__"})
"""What runs what does not count, if a global is called so: methods are called so too."""
_UNSEEN_ANYWHERE: Final = frozenset(
    {
        *("import_module", "run_path", "run_module", "__subclasses__"),
        *("open", "read_text", "read_bytes", "environ", "environb", "getenv", "getenvb"),
    }
)
"""What runs or reads what does not count, whatever it is taken from."""
COMPUTED_NAME: Final = "getattr"
"""Among what is unseen: calls of it with a name that is not in the code."""
_SEPARATOR: Final = "\0"
_NO_BEHAVIOUR: Final = frozenset({"__doc__", "__firstlineno__"})
"""What the body of a class sets that changes nothing of what it does; the latter since 3.13."""
_SPECIAL: Final = (
    _READS_DOCSTRINGS
    | _READS_ANNOTATIONS
    | _READS_LOCALS
    | _RUNS_UNSEEN
    | _UNSEEN_ANYWHERE
    | {COMPUTED_NAME}
)


class CodeFacts(NamedTuple):
    """What was read from a code object and from those inside it."""

    digest: bytes
    """Of what the code does, apart from what its names stand for."""
    chains: tuple[Chain, ...]
    """Globals that are read, each once, in the order of the code."""
    imports: tuple[CodeImport, ...]
    """Imports that it makes when it is called."""
    reads_docstrings: bool
    reads_annotations: bool
    unseen: tuple[str, ...]
    """Names such as `eval` that run, or read, what nobody can see beforehand."""
    changes: tuple[Change, ...]
    """What it changes outside of itself."""


_memo: Final[IdentityMemo[CodeType, CodeFacts]] = IdentityMemo()


def facts_of(code: CodeType, *, is_shared: bool = False) -> CodeFacts:
    """Return what a code object says.

    Args:
        code: The code of a function.
        is_shared: Whether other functions are likely to have the same code, so that it
            is worth remembering: what a factory or a decorator makes.
    """
    if not is_shared:
        return _read(code)
    return _memo.get(code) or _memo.keep(code, _read(code))


def _read(code: CodeType) -> CodeFacts:
    content = code.co_code
    codes, raw = content[::2], bytearray(content)
    inner: list[CodeFacts] = []
    constants = _constants(code, codes, raw, inner)
    chains = _chains(code, codes, raw)
    names = code.co_names
    imports: list[CodeImport] = list(imports_of(code)) if _IMPORT in codes else []
    reads_docstrings = shows_locals = False
    reads_annotations = _BY_TEXT in constants
    unseen: set[str] = set()
    if not _SPECIAL.isdisjoint(names):
        reads_docstrings = not _READS_DOCSTRINGS.isdisjoint(names)
        shows_locals = not _READS_LOCALS.isdisjoint(names)
        reads_annotations |= not ANNOTATION_READERS.isdisjoint(names)
        # The body of a class names its own annotations to fill them.
        asked = names if code.co_flags & _OPTIMIZED else [n for c in chains for n in c[1:]]
        reads_annotations |= not _ANNOTATIONS.isdisjoint(asked)
        unseen = _unseen(code, codes, raw, chains)
    changes: list[Change] = []
    if may_change(code, codes):
        changes += changes_of(code, codes, lambda at: _argument(raw, at))
    for facts in inner:
        changes += changes_from_inside(code, facts.changes)
        chains.update(dict.fromkeys(facts.chains))
        imports += facts.imports
        reads_docstrings |= facts.reads_docstrings
        reads_annotations |= facts.reads_annotations
        unseen.update(facts.unseen)
    return CodeFacts(
        _digest(code, raw, constants, shows_locals=shows_locals),
        tuple(chains),
        tuple(imports),
        reads_docstrings,
        reads_annotations,
        tuple(sorted(unseen)) if unseen else (),
        tuple(changes),
    )


def _unseen(code: CodeType, codes: bytes, raw: bytearray, chains: dict[Chain, None]) -> set[str]:
    """Return the names in the code that stand for what nobody can see beforehand."""
    names = code.co_names
    unseen = {name for chain in chains for name in chain if name in _RUNS_UNSEEN}
    unseen |= _UNSEEN_ANYWHERE.intersection(names)
    if COMPUTED_NAME in names and takes_computed_name(
        code, codes, lambda at: _argument(raw, at), COMPUTED_NAME
    ):
        unseen.add(COMPUTED_NAME)
    return unseen


def _digest(code: CodeType, raw: bytearray, constants: str, *, shows_locals: bool) -> bytes:
    table = code.co_exceptiontable
    takes, takes_named = code.co_argcount, code.co_kwonlyargcount
    variables: tuple[str, ...] = ()
    if takes or takes_named or shows_locals:
        # Parameters are given by name; local variables have names only where they are asked for.
        variables = code.co_varnames
        if not shows_locals:
            variables = variables[: takes + takes_named]
    # Names are identifiers, so nothing but a separator is needed to tell them apart.
    names = code.co_names
    header = (
        f"{code.co_name}\0{takes} {takes_named} {code.co_posonlyargcount}"
        f" {code.co_flags & _MEANINGFUL_FLAGS} {len(raw)} {len(table)}"
        f" {len(variables)} {len(names)}\0{_SEPARATOR.join(variables)}\0{_SEPARATOR.join(names)}"
        f"\0{constants}"
    )
    content = header.encode("utf-8", "surrogatepass") + raw + table
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


def _argument(raw: bytearray, at: int) -> int:
    """Return the argument of an instruction with what EXTENDED_ARG puts before it."""
    value = raw[2 * at + 1]
    if at and raw[2 * at - 2] == _EXTENDED:
        return _argument(raw, at - 1) << 8 | value
    return value


def _constants(code: CodeType, codes: bytes, raw: bytearray, inner: list[CodeFacts]) -> str:
    """Return the constants as text, and take their numbers out of the code.

    They count in the order of their use: the docstring, which nothing loads, is not among
    them, nor does it move the numbers of the others.
    """
    constants = code.co_consts
    used: list[object] = []
    is_body = not code.co_flags & _OPTIMIZED  # the body of a class loads its docstring
    is_plain = not is_body and _EXTENDED not in codes
    find, use = codes.find, used.append
    for opcode in _CONSTANT_LOADS:
        at = find(opcode)
        while at >= 0:
            if is_plain:
                use(constants[raw[2 * at + 1]])
            elif not (is_body and _is_no_behaviour(code, codes, raw, at)):
                use(constants[_argument(raw, at)])
            raw[2 * at + 1] = 0
            at = find(opcode, at + 1)
    if ATOMS.issuperset(map(type, used)):
        return atoms_text(used)
    return ", ".join([_constant(value, inner) for value in used])


def _is_no_behaviour(code: CodeType, codes: bytes, raw: bytearray, at: int) -> bool:
    following = at + 1
    if following >= len(codes) or codes[following] != _STORE_NAME:
        return False
    return code.co_names[_argument(raw, following)] in _NO_BEHAVIOUR


def _constant(value: object, inner: list[CodeFacts]) -> str:
    """Return a text that tells constants apart: `1`, `1.0`, `True` and `-0.0` all differ."""
    if isinstance(value, CodeType):
        facts = _read(value)
        inner.append(facts)
        return f"code {facts.digest.hex()}"
    if isinstance(value, tuple):
        return f"({', '.join([_constant(item, inner) for item in value])},)"
    if isinstance(value, frozenset):  # its order differs from process to process
        return f"{{{', '.join(sorted(_constant(item, inner) for item in value))}}}"
    return atom_text(value)


def _chains(code: CodeType, codes: bytes, raw: bytearray) -> dict[Chain, None]:
    names = code.co_names
    chains: dict[Chain, None] = {}
    has_long = _EXTENDED in codes
    arguments, find = raw[1::2], codes.find
    at = find(_LOAD_GLOBAL)
    while at >= 0:
        name = names[(_argument(raw, at) if has_long else arguments[at]) >> 1]
        following = at + _AFTER_GLOBAL
        if codes[following] in _MAY_BE_ATTRIBUTE:
            chains[(name, *_attributes(code, codes, raw, following))] = None
        else:
            chains[(name,)] = None
        at = find(_LOAD_GLOBAL, at + 1)
    if not code.co_flags & _OPTIMIZED:  # the body of a class finds names in another way
        for at, opcode in enumerate(codes):
            if opcode in _NAME_LOADS:
                name = names[_argument(raw, at)]
                chains[(name, *_attributes(code, codes, raw, at + 1))] = None
    return chains


def _attributes(code: CodeType, codes: bytes, raw: bytearray, at: int) -> Iterator[str]:
    """Yield the attributes that are loaded one after the other from there on."""
    while at < len(codes):
        while codes[at] == _EXTENDED:
            at += 1
        if codes[at] not in _ATTRIBUTE_LOADS:
            return
        shift = _ATTRIBUTE_SHIFT if codes[at] == _LOAD_ATTR else 0
        yield code.co_names[_argument(raw, at) >> shift]
        if codes[at] != _LOAD_ATTR:  # a method is called, so nothing more is taken from it
            return
        at += _AFTER_ATTRIBUTE
