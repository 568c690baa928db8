"""One atomic group of a document."""

from typing import Final

from hbia_dsl.diagnostics.diagnostic_code import BAD_SHAPE
from hbia_dsl.documents.document import DocumentGroup, Written
from hbia_dsl.documents.document_problems import named
from hbia_dsl.documents.part_reading import PartReader
from hbia_dsl.documents.yaml_node import Node, ScalarNode, is_whole

GROUP_KEYS: Final = ("vertices", "on_failure", "no_cache", "no_parallel")
"""The keys of a group, in the order in which they are written."""
POLICIES: Final = ("rollback", "compensate", "abort")

_EXAMPLE: Final = "{vertices: [a, b]}"


def read_group(key: ScalarNode, node: Node, parts: PartReader) -> DocumentGroup:
    """Read a group; what is wrong with it is reported, and left out."""
    what = f"group {named(key.text)}"
    entries = parts.known(node, what, GROUP_KEYS, _EXAMPLE) or {}
    members: tuple[Written, ...] = ()
    if "vertices" in entries:
        listed = entries["vertices"][1]
        before = len(parts.problems)
        members = parts.texts(listed, f"`vertices` of {what}", "vertices: [a, b]")
        if not members and len(parts.problems) == before:
            message = f"{what} has no vertices"
            parts.problems.add(BAD_SHAPE, listed.place, message, "name its members")
    elif is_whole(node):
        way = "add `vertices: [a, b]`"
        parts.problems.add(BAD_SHAPE, key.place, f"{what} has no `vertices`", way)
    policy = "rollback"
    if "on_failure" in entries:
        chosen = parts.choice(entries["on_failure"][1], f"`on_failure` of {what}", POLICIES)
        policy = chosen.text if chosen else policy
    flags = {
        name: parts.flag(entries[name][1], f"`{name}` of {what}") if name in entries else True
        for name in ("no_cache", "no_parallel")
    }
    return DocumentGroup(key.text, key.place, members, policy, **flags)
