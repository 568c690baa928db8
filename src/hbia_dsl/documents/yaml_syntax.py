"""What helps where a document is not YAML: the slips that the format invites."""

import re
from typing import Final

from hbia_dsl.documents.place import Place
from hbia_dsl.documents.yaml_node import Mark

_BARE_TYPE: Final = re.compile(r"[{,]\s*\w[\w -]*:\s*\w+(?P<sign>[\[?])")
_TWO_COLONS: Final = re.compile(r"^\s*[\w-]+:\s+[^'\"#{\[]*:(\s|$)")
_IN_QUOTES: Final = {
    "[": 'inside { } write a type that has brackets in quotes: "list[int]"',
    "?": 'inside { } write a type that has a question mark in quotes: "str?"',
}
_WORDS: Final = {
    "flow mapping": "mapping in { }",
    "flow sequence": "list in [ ]",
    "block mapping": "mapping",
    "block collection": "list",
    "block sequence": "list",
}
"""The parser's words, in which "flow" has another meaning than here, and plain ones."""


def in_plain_words(context: str) -> str:
    """Return what the parser was doing, such as "while parsing a mapping in { }"."""
    for theirs, ours in _WORDS.items():
        context = context.replace(theirs, ours)
    return context


def syntax_help(text: str, place: Place, begun: Mark | None) -> str:
    """Return what to do about a place that is not YAML.

    Args:
        text: The whole document.
        place: Where the parser gave up.
        begun: Where what it was reading begins.
    """
    lines = text.splitlines()
    first = place.line - 1 if begun is None else min(begun.line, place.line - 1)
    if "\t" in _line(lines, place.line - 1)[: place.column + 1]:
        return "indent with spaces; YAML takes no tabs there"
    for number in range(max(first, place.line - 20), place.line):
        bare = _BARE_TYPE.search(_line(lines, number))
        if bare is not None:
            return _IN_QUOTES[bare["sign"]]
    for number in (place.line - 1, place.line - 2):
        if _TWO_COLONS.match(_line(lines, number)):
            return "put text that has a colon in quotes"
    return "compare its indentation, brackets and quotes with those of the lines before it"


def _line(lines: list[str], number: int) -> str:
    return lines[number] if 0 <= number < len(lines) else ""
