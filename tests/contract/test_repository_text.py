"""No file of the project speaks of one machine or of one place to fetch packages from."""

import re
from typing import Final

import pytest

from contract.source_tree import listed, project_files, shown

# Letters in brackets, so that this file does not contain what it searches for.
_FOREIGN: Final = re.compile(
    r"""
    # folders of one machine
    (?<![\w.~-]) / ( wor[k] | far[m] | roo[t] | tm[p]/v | (home|Users)/\w+ ) /
    | \b [A-Z] : \\ Users \\
    # registries of packages, and options that name one
    | \b ( pyp[i] | pythonhoste[d] | npm[j]s | yarnpk[g] ) \. (org|com) \b
    | / simpl[e] /
    | -- (extra-)? inde[x]-url | -- find-link[s]
    """,
    re.VERBOSE,
)


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in project_files()
        if (text := _text_of(path.read_bytes())) is not None
        for number, line in enumerate(text.splitlines(), start=1)
        if _FOREIGN.search(line)
    ]

    assert not found, listed(found)


# A caret, taken out by the test, keeps these lines from being findings themselves.
@pytest.mark.parametrize(
    "line",
    [
        "see /^root/notes.txt",
        'open("/^home/ann/data.csv")',
        "https://pyp^i.org/project/attrs",
        "pip install --ind^ex-url https://packages.example",
    ],
)
def test_the_search_finds(line: str) -> None:
    assert _FOREIGN.search(line.replace("^", ""))


@pytest.mark.parametrize("line", ["src/root/part.py", "~/work/", "a/simple_flow.py", "and/or/"])
def test_the_search_leaves_innocent_lines_alone(line: str) -> None:
    assert not _FOREIGN.search(line)


def _text_of(content: bytes) -> str | None:
    """The text of a file; None if it is not a text."""
    return None if b"\0" in content else content.decode("utf-8")
