"""Text to nodes: one pass over the parser's events, which refuses what documents may not use.

Anchors, aliases, tags and merge keys make a small text a large value, or one that is not
what it looks like; a key that is there twice, or is not text, is a slip. All of these
are refused here, before anything is made of them. The pass stops at the first place that
is not YAML at all, and where a document is too deep or too large.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, cast

from hbia_dsl.diagnostics.diagnostic_code import NOT_YAML
from hbia_dsl.documents.document_problems import DocumentProblems
from hbia_dsl.documents.place import Place
from hbia_dsl.documents.yaml_node import Mark, Node
from hbia_dsl.documents.yaml_syntax import in_plain_words, syntax_help
from hbia_dsl.documents.yaml_tree import YamlEvent, YamlTree

MOST_EVENTS: Final = 50_000
"""How many events of the parser a document may have; an entry `name: value` is two."""


def read_yaml(text: str, problems: DocumentProblems) -> Node | None:
    """Read the one document of a text.

    Args:
        text: Characters that YAML has, and at most as many as a document may have.
        problems: Takes what is wrong.

    Returns:
        The tree, without what was refused; None if there is none.
    """
    import yaml  # loaded where it is used

    tree = YamlTree(problems, yaml.SafeLoader.yaml_implicit_resolvers)
    handlers = {
        yaml.ScalarEvent: tree.scalar,
        yaml.MappingStartEvent: tree.open_mapping,
        yaml.SequenceStartEvent: tree.open_list,
        yaml.MappingEndEvent: tree.close,
        yaml.SequenceEndEvent: tree.close,
        yaml.AliasEvent: tree.alias,
        yaml.DocumentStartEvent: tree.start,
        yaml.DocumentEndEvent: tree.ignore,
        yaml.StreamStartEvent: tree.ignore,
        yaml.StreamEndEvent: tree.ignore,
    }
    # The protocols of the tree say what it takes from an event; that an event of a class has
    # it, nobody has declared.
    take = cast("Mapping[type, Callable[[YamlEvent], None]]", handlers)
    count = 0
    # The parser of libyaml is ten times as fast. Where PyYAML was built without it, the other one
    # reads the same, but refuses `str?` in { }: there a question mark wants quotes.
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        for event in cast("Iterable[YamlEvent]", events):
            take[type(event)](event)
            count += 1
            if count > MOST_EVENTS:
                tree.too_many(event, MOST_EVENTS)
            if tree.is_over:
                return None
    except yaml.MarkedYAMLError as error:
        _report_syntax(text, cast("_SyntaxError", error), tree, problems)
        return None
    return tree.root


def _report_syntax(
    text: str, error: "_SyntaxError", tree: YamlTree, problems: DocumentProblems
) -> None:
    """Report the place at which the parser gave up."""
    mark = error.problem_mark or error.context_mark
    place = Place(1, 0, 1) if mark is None else Place(mark.line + 1, mark.column, 1)
    if "nesting" in (error.problem or ""):  # libyaml has a limit of its own, and reads ahead
        tree.too_deep(place)
        return
    begun = error.context_mark
    notes: tuple[str, ...] = ()
    if begun is not None and error.context:
        notes = (f"{in_plain_words(error.context)}, which begins in line {begun.line + 1}",)
    message = f"the document is not YAML: {error.problem or 'it cannot be read'}"
    problems.add(NOT_YAML, place, message, syntax_help(text, place, begun), notes=notes)


class _SyntaxError(Protocol):
    """What the parser's errors say."""

    context: str | None
    context_mark: Mark | None
    problem: str | None
    problem_mark: Mark | None
