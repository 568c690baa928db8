"""The codes of lint: what each means, and how it is mended."""

from typing import Final

import attrs

from hbia_dsl.documents.lint_issue import Severity


@attrs.frozen
class LintCode:
    """One thing that lint finds."""

    number: str
    """`E` or `W` and three digits."""
    finds: str
    """What is found, in one phrase."""
    why: str
    """Why it matters, in one sentence or two."""
    way: str
    """How it is mended, as one instruction."""

    @property
    def severity(self) -> Severity:
        """How bad it is, as its letter says."""
        return "error" if self.number.startswith("E") else "warning"

    def page(self) -> str:
        """Return the page that `hbia explain` prints."""
        return (
            f"# {self.number}: {self.finds[0].upper()}{self.finds[1:]}\n\n"
            f"Found by `hbia lint`, as {_AS[self.severity]}.\n\n"
            f"{self.why}\n\n## Way out\n\n- {self.way[0].upper()}{self.way[1:]}.\n"
        )


_AS: Final = {"error": "an error", "warning": "a warning"}

_ALL: Final = (
    LintCode(
        "E001",
        "`next` names a vertex that the flow does not have",
        "What should come next never does. The loader refuses such a document.",
        "correct the name, or take it out of `next`",
    ),
    LintCode(
        "E002",
        "a flow of several vertices without any edge",
        "Nothing says in which order the vertices run, or what one takes from another.",
        "bind an input to an output, or name a vertex in the `next` of another",
    ),
    LintCode(
        "E101",
        "an input is bound to something that no vertex of the flow gives",
        "The vertex would have no value. The loader refuses such a document.",
        "bind it to a declared output of a vertex",
    ),
    LintCode(
        "W001",
        "a vertex without `effect`",
        "It counts as `side_effect`, and the cache never skips it.",
        "write `effect: pure` if repeating is harmless, else `effect: side_effect`",
    ),
    LintCode(
        "W002",
        "a vertex without `version`",
        "With the code, the version decides whether cached results still hold.",
        'write `version: "1"`, and raise it when what the vertex does changes',
    ),
    LintCode(
        "W003",
        "a vertex without `handler`",
        "Nothing does its work. The loader refuses such a document.",
        "write `handler: package.module.function`",
    ),
    LintCode(
        "W005",
        "a vertex without `outputs`",
        "No other vertex can bind to it, and what it returns is not checked.",
        "write `outputs: {name: type}` for what the handler returns",
    ),
    LintCode(
        "W006",
        "a vertex whose name is not in snake_case",
        "Names of vertices become names in Python: of functions, and of attributes of results.",
        "give it a name of small letters, digits and `_`, such as `fetch_rows`",
    ),
    LintCode(
        "W007",
        "a flow of one vertex",
        "A flow brings order to several steps; of one step it is a long way to call a function.",
        "call the handler itself, or divide the work into vertices",
    ),
    LintCode(
        "W101",
        "a pure vertex in the middle of a flow gives an output that nobody takes",
        "It does work for nothing, or a binding to it was forgotten. What the last vertices give "
        "is the result of the flow, and is never found.",
        "bind an input to the output, or take the output away",
    ),
    LintCode(
        "W102",
        "a vertex that no edge leads to or from, in a flow that has edges",
        "It runs, but has nothing to do with the rest of the flow.",
        "bind one of its inputs, or name it in the `next` of another vertex; else move it to a "
        "flow of its own",
    ),
)

LINT_CODES: Final = {code.number: code for code in _ALL}
"""All codes of lint by number, in their order."""
