"""YAML as a tree of nodes that know their places.

Plain classes with slots: a document of 1,000 vertices has more than 20,000 nodes. They take
numbers out of the parser's marks instead of keeping them: what the garbage collector must
look at decides how long loading takes.
"""

from typing import Final, Protocol

from hbia_dsl.documents.place import NOWHERE, Place

TEXT: Final = "str"
"""The kind of a scalar that is text; others are `int`, `float`, `bool`, `null`, `timestamp`."""

KINDS_IN_WORDS: Final = {
    TEXT: "text",
    "int": "a number",
    "float": "a number",
    "bool": "a truth value",
    "null": "null",
    "timestamp": "a date",
    "object": "a value that YAML does not have",
}


class Mark(Protocol):
    """A position as the YAML parser gives it; lines and columns from 0."""

    line: int
    column: int


class ScalarNode:
    """A scalar: its text, what YAML takes it for, and whether it stands in quotes."""

    __slots__ = ("column", "is_plain", "kind", "line", "text", "width")

    def __init__(
        self,
        text: str,
        kind: str,
        start: Mark | None,
        end: Mark | None,
        is_plain: bool,  # noqa: FBT001 - by position, which is quicker
    ) -> None:
        self.text = text
        self.kind = kind
        self.is_plain = is_plain
        if start is None or end is None:
            self.line, self.column, self.width = NOWHERE
        else:
            self.line = line = start.line + 1
            self.column = column = start.column
            self.width = end.column - column if end.line + 1 == line else 1

    @property
    def place(self) -> Place:
        """Where it stands, quotes included."""
        return Place(self.line, self.column, self.width or 1)


class _Opened:
    """What a node that is no scalar has: where it begins."""

    __slots__ = ("column", "line")

    def __init__(self, start: Mark | None = None) -> None:
        self.line = 0 if start is None else start.line + 1
        self.column = 0 if start is None else start.column

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.line, self.column, 1)


class ListNode(_Opened):
    """A sequence."""

    __slots__ = ("items",)

    def __init__(self, start: Mark | None = None) -> None:
        super().__init__(start)
        self.items: list[Node] = []


class MappingNode(_Opened):
    """A mapping: by its text, each key and its value."""

    __slots__ = ("entries", "is_whole")

    def __init__(self, start: Mark | None = None) -> None:
        super().__init__(start)
        self.entries: dict[str, tuple[ScalarNode, Node]] = {}
        self.is_whole = True
        """Whether all keys are there: False if one was refused, so nobody should miss any."""


class BrokenNode(_Opened):
    """Something that was reported and refused already: nobody need say more about it."""

    __slots__ = ()


Node = ScalarNode | ListNode | MappingNode | BrokenNode


def in_words(node: Node) -> str:
    """Return what a node is, for "expected a list, found text"."""
    if isinstance(node, ScalarNode):
        is_empty = node.is_plain and not node.text
        return "nothing" if is_empty else KINDS_IN_WORDS.get(node.kind, node.kind)
    return "a list" if isinstance(node, ListNode) else "a mapping"


def is_whole(node: Node) -> bool:
    """Return whether a node is a mapping of which every key was read."""
    return isinstance(node, MappingNode) and node.is_whole
