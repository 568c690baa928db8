"""Find statements in SQL text that would end a transaction, before they are sent.

A scanner, not a parser: it skips comments, strings and quoted names as PostgreSQL,
and others write them, and looks at the first words of each statement.
"""

import re
from collections.abc import Iterator
from typing import Final

from hbia_dsl.atomicity.refusal import OWN_PREFIX

_POSTGRES: Final = re.compile(
    r"""
      --[^\n]* | /\*                            # comments; these may nest, see below
    | (?P<tag>\$(?:[^\W\d]\w*)?\$)              # the start of a dollar-quoted string
    | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' # strings, the first kind with backslashes
    | (?P<word>"(?:[^"]|"")*"|[^\W\d][\w$]*|;)
    """,
    re.VERBOSE | re.DOTALL,
)
_OTHERS: Final = re.compile(
    r"""
      --[^\n]* | /\*
    | (?P<tag>(?!))                             # they have no dollar quotes
    | '(?:[^']|'')*'
    | (?P<word>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[^\W\d][\w$]*|;)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ENDING: Final = frozenset({"COMMIT", "ABORT", "END", "BEGIN", "ROLLBACK"})
_SUSPECT: Final = re.compile(
    r"\b(?:commit|abort|end|begin|rollback|start|prepare|savepoint|release)\b", re.IGNORECASE
)
"""Most texts have none of these words, and need no closer look."""
_NOISE: Final = frozenset({"WORK", "TRANSACTION", "TRAN"})
_LOOKED_AT: Final = 5
"""How many words of a statement matter: ROLLBACK WORK TO SAVEPOINT name."""


def ending_statement(text: str, *, postgres: bool) -> str | None:
    """Return the first words of a statement that would end, or replace, the transaction.

    Also found: the same for a savepoint of the group itself, whose names begin with
    `hbia_`. A member's own savepoints are its own affair.

    Args:
        text: SQL as it would be sent.
        postgres: Whether PostgreSQL will read it: the other databases are sent one
            statement a text, so only the first is looked at.

    Returns:
        None if there is no such statement.

    >>> ending_statement("/* now */ commit", postgres=False)
    'COMMIT'
    >>> ending_statement("SELECT 1; rollback", postgres=True)
    'ROLLBACK'
    >>> ending_statement("ROLLBACK TO SAVEPOINT mine", postgres=False) is None
    True
    """
    if _SUSPECT.search(text) is None:
        return None
    for words in _statements(_words(text, postgres=postgres)):
        found = _judge(words)
        if found is not None or not postgres:
            return found
    return None


def _judge(words: list[str]) -> str | None:
    first = words[0].upper() if words else ""
    second = words[1].upper() if len(words) > 1 else ""
    if first in {"START", "PREPARE"}:
        return f"{first} TRANSACTION" if second == "TRANSACTION" else None
    if first in {"SAVEPOINT", "RELEASE"}:
        return f"{first} of a savepoint of the group" if _is_own(words[1:]) else None
    if first == "ROLLBACK":
        rest = [word for word in words[1:] if word.upper() not in _NOISE]
        if rest and rest[0].upper() == "TO":
            return "ROLLBACK TO a savepoint of the group" if _is_own(rest[1:]) else None
    return first if first in _ENDING else None


def _is_own(words: list[str]) -> bool:
    names = [word for word in words[:2] if word.upper() != "SAVEPOINT"]
    return bool(names) and names[0].strip('"`[]').lower().startswith(OWN_PREFIX)


def _statements(text_words: Iterator[str]) -> Iterator[list[str]]:
    """Yield the first words of each statement; one with a body is one statement.

    A body is `BEGIN ATOMIC ... END` of a function: the semicolons in it separate nothing.
    """
    words: list[str] = []
    depth, before = 0, ""
    for word in text_words:
        if word == ";":
            if depth == 0:
                if words:
                    yield words
                words = []
        else:
            upper = word.upper()
            if upper == "ATOMIC" and before == "BEGIN" and words[:1] != [before]:
                depth += 1
            elif depth:
                depth += (upper == "CASE") - (upper == "END")
            if len(words) < _LOOKED_AT:
                words.append(word)
            before = upper
    if words:
        yield words


def _words(text: str, *, postgres: bool) -> Iterator[str]:
    pattern, position = (_POSTGRES if postgres else _OTHERS), 0
    while (token := pattern.search(text, position)) is not None:
        position = token.end()
        if token["tag"] is not None:
            end = text.find(token["tag"], position)
            position = len(text) if end < 0 else end + len(token["tag"])
        elif token[0] == "/*":
            position = _comment_end(text, position, nests=postgres)
        elif token["word"] is not None:
            yield token["word"]


def _comment_end(text: str, position: int, *, nests: bool) -> int:
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(text, position)) is not None:
        position = edge.end()
        depth = depth - 1 if edge[0] == "*/" else depth + nests
    return len(text) if depth else position
