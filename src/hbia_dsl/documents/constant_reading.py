"""The value of a constant input: text, numbers, truth values, null, lists and mappings.

Numbers are written as in JSON. YAML 1.1 reads `010` as eight, `1:30` as ninety and `yes` as
true, YAML 1.2 reads them otherwise, and so do people: such scalars are refused.
"""

import math
import re
from typing import Final

from hbia_dsl.diagnostics.diagnostic_code import BAD_SHAPE
from hbia_dsl.documents.document_problems import DocumentProblems, named, quoted
from hbia_dsl.documents.yaml_node import (
    TEXT,
    BrokenNode,
    ListNode,
    MappingNode,
    Node,
    ScalarNode,
    in_words,
)

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER: Final = 400
_TRUTH: Final = {"true": True, "false": False}


def read_constant(node: Node, what: str, problems: DocumentProblems) -> object:
    """Return the value of a node; None also for one that is refused.

    Args:
        node: The value, at most as deep as a document may be.
        what: What it is, for a message.
        problems: Takes what is wrong.
    """
    if isinstance(node, ListNode):
        return [read_constant(item, what, problems) for item in node.items]
    if isinstance(node, MappingNode):
        return {key: read_constant(item, what, problems) for key, (_, item) in node.entries.items()}
    if isinstance(node, BrokenNode):
        return None
    if not node.is_plain and node.kind == TEXT:
        return node.text
    return _plain(node, what, problems)


def _plain(node: ScalarNode, what: str, problems: DocumentProblems) -> object:
    text = node.text
    if node.kind == "object":
        message = f"{what} is {in_words(node)}"
        problems.add(BAD_SHAPE, node.place, message, "write text, a number, true, false or null")
        return None
    if not text:
        message = f"{what} has nothing after `:`"
        problems.add(BAD_SHAPE, node.place, message, 'write the value, or null, or ""')
        return None
    if node.kind == "null":
        return None
    if node.kind == "bool" and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    is_short = len(text) <= _LONGEST_NUMBER
    if is_short and _INTEGER.fullmatch(text):
        return int(text)
    looks_like_number = is_short and _DECIMAL.fullmatch(text)
    if looks_like_number and math.isfinite(number := float(text)):
        return number
    if node.kind == TEXT and not looks_like_number:
        return text
    message = f"{what} is {named(text)}, which has no single meaning in YAML"
    way = f"write {quoted(text)} for text, true or false for a truth value, a number as in JSON"
    problems.add(BAD_SHAPE, node.place, message, way)
    return None
