"""A silenced check says which one and why, so that the next reader can judge it."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from contract.source_tree import comments, listed, python_files, shown

_DIRECTIVE: Final = re.compile(
    r"""
    \#\s*
    (?P<tool> type:\s*ignore | pyright:\s*ignore | (ruff:\s*)?noqa | pragma:\s*no\s*(cover|branch) )
    (?P<code> \[[\w,\s-]+\] | :\s*[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)* )?
    (?P<rest> [^\#]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REASON: Final = re.compile(r"\w+\W+\w+")
"""Two words at least: one word is no reason."""


def test_every_suppression_has_a_code_and_a_reason() -> None:
    silent = [
        f"{shown(path)}:{line}: {problem}"
        for path in python_files()
        for line, comment in comments(path)
        for problem in _problems(comment)
    ]

    assert not silent, listed(silent)


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore[override]  # ours is never a group of BaseExceptions",
        "# noqa: N818 - the fixed name",
        "# noqa: BLE001, S110  # whatever it raises is reported later",
        "# pragma: no cover - only on Windows",
        "# type: ignore[misc]  # noqa: B018 - the expression is the test",
        "# an ordinary comment",
    ],
)
def test_a_suppression_with_code_and_reason_is_accepted(comment: str) -> None:
    assert not list(_problems(comment))


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore",
        "# type: ignore[override]",
        "# noqa",
        "# noqa: N818",
        "# noqa - for a good reason",
        "# type: ignore  # for a good reason",
        "# pragma: no cover",
        "# type: ignore[misc]  # noqa: B018",
    ],
)
def test_a_suppression_without_code_or_reason_is_refused(comment: str) -> None:
    assert list(_problems(comment))


def _problems(comment: str) -> Iterator[str]:
    directives = list(_DIRECTIVE.finditer(comment))
    if not directives:
        return
    needs_code = [d for d in directives if not d["tool"].lower().startswith("pragma")]
    yield from (f"{d['tool']} without a code" for d in needs_code if not d["code"])

    # One reason serves all directives of a comment; what is left of it without them is the reason.
    rest = _DIRECTIVE.sub(lambda directive: directive["rest"], comment)
    if not _REASON.search(rest):
        yield "no reason given"
