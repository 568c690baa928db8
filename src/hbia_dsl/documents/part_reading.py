"""The forms that every part of a document is made of: a mapping, a list, a text, a flag."""

from collections.abc import Collection, Sequence

from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_DOCUMENT_NAME,
    BAD_SHAPE,
    UNKNOWN_KEY,
    DiagnosticCode,
)
from hbia_dsl.documents.document import Written
from hbia_dsl.documents.document_name import NAME_RULE, is_name, normal_form
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

Entries = dict[str, tuple[ScalarNode, Node]]


class PartReader:
    """Reads nodes as what they must be; what they are not is a problem and comes out as None."""

    def __init__(self, problems: DocumentProblems) -> None:
        self.problems = problems

    def entries(self, node: Node, what: str, example: str) -> Entries | None:
        """Read a mapping.

        Args:
            node: Any node.
            what: What it is, for a message: "`inputs` of vertex `save`".
            example: How one is written.
        """
        if isinstance(node, MappingNode):
            return node.entries
        self.wrong(node, what, "a mapping", example)
        return None

    def known(self, node: Node, what: str, keys: Collection[str], example: str) -> Entries | None:
        """Read a mapping that has only certain keys."""
        entries = self.entries(node, what, example)
        if entries is None:
            return None
        for name in [name for name in entries if name not in keys]:
            key = entries[name][0]
            self.problems.add(
                UNKNOWN_KEY,
                key.place,
                f"{what} has an unknown key {named(name)}",
                self.problems.near(name, keys, f"its keys are {', '.join(keys)}"),
            )
        return entries

    def name(self, name: str, written: ScalarNode, kind: str) -> None:
        """Check a name that the document gives.

        Args:
            name: The name.
            written: The key that says it.
            kind: What is called so, for a message: "a vertex", "an output of vertex `a`".
        """
        message = f"{kind} cannot be called {named(name)}"
        if not is_name(name):
            self.problems.add(BAD_DOCUMENT_NAME, written.place, message, NAME_RULE)
        else:
            self._check_form(name, written, message)

    def parameter(self, name: str, written: ScalarNode, what: str) -> None:
        """Check the name of an input, which is a parameter of a function."""
        message = f"input {named(name)} of {what} cannot be a parameter of a function"
        if not name.isidentifier():
            way = "use letters, digits and `_`, as in Python"
            self.problems.add(BAD_DOCUMENT_NAME, written.place, message, way)
        else:
            self._check_form(name, written, message)

    def _check_form(self, name: str, written: ScalarNode, message: str) -> None:
        normal = normal_form(name)
        if normal != name:
            why = f"{message}: Python writes its characters otherwise"
            self.problems.add(BAD_DOCUMENT_NAME, written.place, why, f"write {named(normal)}")

    def text(self, node: Node, what: str, code: DiagnosticCode = BAD_SHAPE) -> Written | None:
        """Read a text."""
        if isinstance(node, ScalarNode) and node.kind == TEXT and node.text:
            return Written(node.text, node.place)
        if isinstance(node, ScalarNode) and node.text and node.kind != "object":
            message = f"{what} is {in_words(node)} in YAML, not text"
            self.problems.add(code, node.place, message, f"write it in quotes: {quoted(node.text)}")
        else:
            self.wrong(node, what, "text", None)
        return None

    def texts(self, node: Node, what: str, example: str) -> tuple[Written, ...]:
        """Read a list of texts, each of which is in it once."""
        if not isinstance(node, ListNode):
            self.wrong(node, what, "a list", example)
            return ()
        found: dict[str, Written] = {}
        for item in node.items:
            written = self.text(item, f"an item of {what}")
            if written is None:
                continue
            if written.text in found:
                message = f"{what} names {named(written.text)} twice"
                self.problems.add(BAD_SHAPE, written.place, message, "take one of them out")
            found.setdefault(written.text, written)
        return tuple(found.values())

    def flag(self, node: Node, what: str) -> bool:
        """Read `true` or `false`, in any of the ways in which YAML writes them."""
        if isinstance(node, ScalarNode) and node.kind == "bool":
            return node.text.lower() in {"true", "yes", "on"}
        self.wrong(node, what, "true or false", None)
        return True

    def choice(self, node: Node, what: str, choices: Sequence[str]) -> Written | None:
        """Read one of several words."""
        written = self.text(node, what)
        if written is None or written.text in choices:
            return written
        known = " or ".join(f"`{choice}`" for choice in choices)
        message = f"{what} is {named(written.text)}, which is none of {known}"
        help_ = self.problems.near(written.text, choices, f"write one of {known}")
        self.problems.add(BAD_SHAPE, written.place, message, help_)
        return None

    def wrong(self, node: Node, what: str, wanted: str, example: str | None) -> None:
        """Report a node of a wrong form, unless it was reported before."""
        if isinstance(node, BrokenNode):
            return
        message = f"{what} must be {wanted}, not {in_words(node)}"
        help_ = f"write {example}" if example else f"write {wanted}, or take it out"
        self.problems.add(BAD_SHAPE, node.place, message, help_)
