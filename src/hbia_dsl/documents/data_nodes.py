"""Data that a YAML or JSON parser made, as nodes without places."""

from collections.abc import Mapping, Sequence
from typing import Final

from hbia_dsl.diagnostics.diagnostic_code import BAD_KEY, REFUSED_YAML
from hbia_dsl.documents.document_problems import DocumentProblems, named
from hbia_dsl.documents.place import NOWHERE
from hbia_dsl.documents.yaml_node import (
    TEXT,
    BrokenNode,
    ListNode,
    MappingNode,
    Node,
    ScalarNode,
)
from hbia_dsl.documents.yaml_tree import DEEPEST

MOST_PARTS: Final = 50_000
"""How many values the data may have; data with aliases in them can be far larger than memory."""


def nodes_of_data(data: object, problems: DocumentProblems) -> Node | None:
    """Turn parsed data into nodes.

    Args:
        data: What `yaml.safe_load` or `json.loads` gave.
        problems: Takes what is wrong.

    Returns:
        The tree; None if the data are too many or too deep.
    """
    reading = _DataReading(problems)
    node = reading.node(data, 0)
    return None if reading.is_over else node


_MOST_BITS: Final = 1_000


class _DataReading:
    def __init__(self, problems: DocumentProblems) -> None:
        self.is_over = False
        self._problems = problems
        self._count = 0

    def node(self, value: object, depth: int) -> Node:
        """Return the node of a value."""
        self._count += 1
        if depth > DEEPEST or self._count > MOST_PARTS:
            self._give_up(depth)
        if self.is_over:
            return BrokenNode()
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
            found = ListNode()
            found.items = [self.node(item, depth + 1) for item in value]
            return found
        return _scalar(value)

    def _mapping(self, value: Mapping[object, object], depth: int) -> MappingNode:
        found = MappingNode()
        for key, item in value.items():
            if isinstance(key, str):
                found.entries[key] = (_scalar(key), self.node(item, depth + 1))
            else:
                found.is_whole = False
                is_plain = key is None or isinstance(key, bool | float)
                shown = f"key {named(str(key))}" if is_plain else "a key"
                text = f"{shown} is a value of type {type(key).__name__}, not text"
                self._problems.add(BAD_KEY, NOWHERE, text, "write it in quotes")
        return found

    def _give_up(self, depth: int) -> None:
        if not self.is_over:
            limit = f"are nested deeper than {DEEPEST} levels"
            if depth <= DEEPEST:
                limit = f"have more than {MOST_PARTS:,} parts"
            self._problems.add(REFUSED_YAML, NOWHERE, f"the data {limit}", "divide the document")
        self.is_over = True


def _scalar(value: object) -> ScalarNode:
    text, kind = "", "object"
    if isinstance(value, str):
        text, kind = value, TEXT
    elif value is None:
        text, kind = "null", "null"
    elif isinstance(value, bool):
        text, kind = str(value).lower(), "bool"
    elif isinstance(value, float):
        text, kind = repr(float(value)), "float"
    elif isinstance(value, int) and value.bit_length() <= _MOST_BITS:
        text, kind = str(int(value)), "int"
    is_plain = kind not in {TEXT, "object"}
    return ScalarNode(text, kind, None, None, is_plain)
