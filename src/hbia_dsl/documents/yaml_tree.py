"""The tree of nodes that the parser's events describe, and what in them is refused."""

from collections.abc import Mapping, Sequence
from re import Pattern
from typing import Final, Protocol

from hbia_dsl.diagnostics.diagnostic_code import BAD_KEY, REFUSED_YAML
from hbia_dsl.documents.document_problems import DocumentProblems, named, quoted
from hbia_dsl.documents.place import Place
from hbia_dsl.documents.yaml_node import (
    KINDS_IN_WORDS,
    TEXT,
    BrokenNode,
    ListNode,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
)

DEEPEST: Final = 40
"""How deep lists and mappings may be nested."""

Resolvers = Mapping[str | None, Sequence[tuple[str, Pattern[str]]]]
"""By first character: the tag of each kind of plain scalar, and what such a scalar looks like."""

_CORE_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = "<<"


class YamlEvent(Protocol):
    """What every event of the parser has."""

    start_mark: Mark
    end_mark: Mark


class _Tagged(YamlEvent, Protocol):
    anchor: str | None
    tag: str | None


class _Scalar(_Tagged, Protocol):
    value: str
    implicit: tuple[bool, bool]


class _DocumentStart(YamlEvent, Protocol):
    version: tuple[int, int] | None
    tags: Mapping[str, str] | None


_DISCARDED: Final = ScalarNode("", TEXT, None, None, False)  # noqa: FBT003 - as the hot path does
"""Stands for a key that was refused, so that its value goes nowhere."""


class YamlTree:
    """Builds the tree, one event after the other, without recursion."""

    def __init__(self, problems: DocumentProblems, resolvers: Resolvers) -> None:
        self.root: Node | None = None
        self.is_over = False
        """Whether a limit was reached and nothing more should be read."""
        self._problems = problems
        self._resolvers = resolvers
        self._kinds: dict[str, str] = {}
        """Kinds of plain scalars met before: most texts of a document are in it many times."""
        self._node: ListNode | MappingNode | None = None
        """The innermost open node."""
        self._key: ScalarNode | None = None
        """The key of that mapping which waits for its value."""
        self._around: list[tuple[ListNode | MappingNode | None, ScalarNode | None]] = []
        """The same of the nodes around it."""
        self._has_started = False

    def ignore(self, event: YamlEvent) -> None:
        """Take an event that says nothing about the tree."""

    def start(self, event: _DocumentStart) -> None:
        """Take the start of a document; there may be one, without directives."""
        if self._has_started:
            help_ = "take the line `---` out, or divide the file"
            self._refuse(event, "the file holds more than one document", help_)
            self.is_over = True
        elif event.version or event.tags:
            self._refuse(event, "the document has a directive", "take the line with `%` out")
        self._has_started = True

    def scalar(self, event: _Scalar) -> None:
        """Take a scalar."""
        text = event.value
        is_plain = event.implicit[0]
        kind = (self._kinds.get(text) or self._kind(text)) if is_plain else TEXT
        start = event.start_mark
        if (event.tag or event.anchor) and not self._has_no_tag(event):
            self._put(BrokenNode(start))
            return
        node = ScalarNode(text, kind, start, event.end_mark, is_plain)
        if type(self._node) is not MappingNode:
            self._put(node)
        elif self._key is None:
            self._take_key(self._node.entries, node)
        else:
            if self._key is _DISCARDED:
                self._node.is_whole = False
            else:
                self._node.entries[self._key.text] = (self._key, node)
            self._key = None

    def open_mapping(self, event: _Tagged) -> None:
        """Take the start of a mapping."""
        self._enter(event, MappingNode(event.start_mark))

    def open_list(self, event: _Tagged) -> None:
        """Take the start of a list."""
        self._enter(event, ListNode(event.start_mark))

    def close(self, event: YamlEvent) -> None:
        """Take the end of the innermost open node."""
        del event
        self._node, self._key = self._around.pop()

    def alias(self, event: _Tagged) -> None:
        """Take an alias, which is refused."""
        help_ = "write out what is meant"
        self._refuse(event, f"{named(f'*{event.anchor}')} is an alias; documents have none", help_)
        self._put(BrokenNode(event.start_mark))

    def too_many(self, event: YamlEvent, most: int) -> None:
        """Refuse a document with too many events."""
        help_ = "divide it into several documents"
        self._refuse(event, f"the document has more than {most:,} parts", help_)
        self.is_over = True

    def too_deep(self, place: Place) -> None:
        """Refuse a document that is nested too deeply."""
        text = f"lists and mappings are nested deeper than {DEEPEST} levels"
        self._problems.add(REFUSED_YAML, place, text, "nest them less")
        self.is_over = True

    def _enter(self, event: _Tagged, node: ListNode | MappingNode) -> None:
        has_tag = (event.tag or event.anchor) and not self._has_no_tag(event)
        self._put(BrokenNode(event.start_mark) if has_tag else node)
        self._around.append((self._node, self._key))
        self._node, self._key = node, None
        if len(self._around) > DEEPEST:
            self.too_deep(Place(event.start_mark.line + 1, event.start_mark.column, 1))

    def _put(self, node: Node) -> None:
        """Add a node to the innermost open one."""
        if self._node is None:
            self.root = node
        elif isinstance(self._node, ListNode):
            self._node.items.append(node)
        elif self._key is None:
            if not isinstance(node, BrokenNode):
                text = "a key is a list or a mapping, not text"
                self._problems.add(BAD_KEY, node.place, text, "give it a name as its key")
            self._key = _DISCARDED
        else:
            if self._key is _DISCARDED:
                self._node.is_whole = False
            else:
                self._node.entries[self._key.text] = (self._key, node)
            self._key = None

    def _take_key(self, entries: Mapping[str, tuple[ScalarNode, Node]], key: ScalarNode) -> None:
        self._key = key
        if key.kind is not TEXT:
            self._check_key(key)
        if key.text in entries:
            self._key = _DISCARDED
            message = f"key {named(key.text)} is there twice"
            notes = (f"it is in line {entries[key.text][0].place.line} already",)
            self._problems.add(BAD_KEY, key.place, message, "take one of them out", notes=notes)

    def _check_key(self, key: ScalarNode) -> None:
        if key.text == _MERGE:
            message, help_ = "`<<` merges mappings; documents do not", "write out what is meant"
            self._problems.add(REFUSED_YAML, key.place, message, help_)
            self._key = _DISCARDED
        elif not key.text:
            self._problems.add(BAD_KEY, key.place, "a key is missing before `:`", "write it")
            self._key = _DISCARDED
        else:
            message = f"key {named(key.text)} is {KINDS_IN_WORDS[key.kind]} in YAML, not text"
            self._problems.add(
                BAD_KEY, key.place, message, f"write it in quotes: {quoted(key.text)}"
            )

    def _has_no_tag(self, event: _Tagged) -> bool:
        """Refuse anchor and tag; return whether there is no tag."""
        if event.anchor:
            text = f"{named(f'&{event.anchor}')} is an anchor; documents have none"
            self._refuse(event, text, "take it out, and write out what its aliases mean")
        if not event.tag:
            return True
        tag = event.tag.replace(_CORE_TAG, "!!")
        self._refuse(event, f"{named(tag)} is a tag; documents have none", "take it out")
        return False

    def _refuse(self, event: YamlEvent, message: str, help_: str) -> None:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        place = Place(start.line + 1, start.column, max(width, 1))
        self._problems.add(REFUSED_YAML, place, message, help_)

    def _kind(self, text: str) -> str:
        """Return what YAML 1.1 takes a plain scalar for."""
        kind = TEXT
        for tag, pattern in self._resolvers.get(text[:1], ()):
            if pattern.match(text):
                kind = tag.removeprefix(_CORE_TAG)
                break
        kind = kind if kind in KINDS_IN_WORDS or kind == "merge" else TEXT
        self._kinds[text] = kind
        return kind
