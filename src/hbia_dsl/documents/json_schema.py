"""The JSON Schema of flow documents, for editors and for validators in any language.

A schema knows forms, not meanings: it accepts whatever the loader accepts, and refuses
what has the wrong form. That a name is that of a vertex, that there is no cycle, that a
group can run as one unit: only loading tells.
"""

import keyword
from typing import Final

from hbia_dsl.documents.document_name import LONGEST_NAME
from hbia_dsl.documents.handler_path import LONGEST_PATH
from hbia_dsl.typeforms.type_names import LONGEST_TYPE, TYPE_BY_NAME

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]

# Classes of characters are written out, because `\w` means one thing to Python and another
# to JavaScript. Of what is not ASCII a pattern lets everything pass.
_LETTER: Final = r"[^\x00-\x40\x5b-\x60\x7b-\x7f]"
_START: Final = r"[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f]"
_WORD: Final = r"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"
_INSIDE: Final = r"[^\x00-\x1f\x21-\x2c\x2e\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"
_NAME: Final = f"{_WORD}(?:{_INSIDE}*{_WORD})?"
_PARAMETER: Final = f"^{_START}{_WORD}*$"
_KEYWORD: Final = rf"(?:{'|'.join(keyword.kwlist)})"
_PATH: Final = rf"^(?!(?:[^.]+\.)*{_KEYWORD}(?:\.|$)){_LETTER}{_WORD}*(?:\.{_LETTER}{_WORD}*)+$"
_BINDING: Final = rf"^\s*{_NAME}\.{_NAME}\s*$"
_TYPE: Final = rf"^(?:\b(?:{'|'.join(TYPE_BY_NAME)})\b|\.\.\.|[\[\],|?\s])+$"


def document_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of flow documents.

    Returns:
        A mapping that `json.dumps` takes; a new one at each call.
    """
    return {
        "$schema": DIALECT,
        "$id": "urn:hbia:flow-document:1",
        "title": "Flow document",
        "description": "Named flows, each of vertices that are wired to each other.",
        "type": "object",
        "required": ["flow"],
        "additionalProperties": False,
        "properties": {
            "flow": _by_name("flow", "The flows by name.", least=1),
            "atomic_groups": _by_name(
                "group", "Groups of vertices that succeed or fail as one, by name."
            ),
        },
        "$defs": {
            "flow": _by_name(
                "vertex",
                "The vertices of a flow by name. Names are unique in the whole document.",
                least=1,
            ),
            "vertex": _vertex(),
            "group": _group(),
            "input": _input(),
            **_texts(),
        },
    }


def _texts() -> Schema:
    return {
        "type": _text(
            "A type: `str`, `int`, `list[int]`, `dict[str, float]`, `str?`, `int | str`, `any`.",
            _TYPE,
            LONGEST_TYPE,
        ),
        "binding": _text("An output of another vertex: `vertex.output`.", _BINDING),
        "path": _text("A function by its path: `package.module.function`.", _PATH, LONGEST_PATH),
        "vertices": {
            "type": "array",
            "items": {"type": "string", "pattern": f"^{_NAME}$", "maxLength": LONGEST_NAME},
            "uniqueItems": True,
        },
    }


def _vertex() -> Schema:
    return {
        "description": "One unit of work: a function, what it takes and what it gives.",
        "type": "object",
        "required": ["handler"],
        "additionalProperties": False,
        "properties": {
            "handler": _described("path", "The function that does the work, by its path."),
            "effect": {
                "description": "`pure` if repeating is harmless, so that results may come from "
                "the cache; else `side_effect`, which is also meant if nothing is said.",
                "enum": ["pure", "side_effect"],
            },
            "version": {
                "description": 'Your own change marker, in quotes: "1". Raise it when what the '
                "vertex does changes.",
                "type": "string",
                "minLength": 1,
            },
            **_values(),
            "next": _described(
                "vertices",
                "Vertices of the flow that run after this one. A binding says so by itself.",
            ),
            "compensate": {
                "description": "The function that undoes this vertex, by its path; for a member "
                "of a group with `on_failure: compensate`. `null` if nothing is to be undone.",
                "anyOf": [{"$ref": "#/$defs/path"}, {"type": "null"}],
            },
        },
    }


def _values() -> Schema:
    return {
        "inputs": {
            "description": "What the function takes, by parameter.",
            "type": "object",
            "propertyNames": {"pattern": _PARAMETER},
            "additionalProperties": {"$ref": "#/$defs/input"},
        },
        "outputs": {
            "description": "What the function returns: the type of each output by name.",
            "type": "object",
            "propertyNames": {"pattern": f"^{_NAME}$", "maxLength": LONGEST_NAME},
            "additionalProperties": {"$ref": "#/$defs/type"},
        },
    }


def _group() -> Schema:
    return {
        "description": "Vertices that succeed or fail as one.",
        "type": "object",
        "required": ["vertices"],
        "additionalProperties": False,
        "properties": {
            "vertices": {
                **_described("vertices", "The members, all of one flow and connected."),
                "minItems": 1,
            },
            "on_failure": {
                "description": "What becomes of the group if a member fails: `rollback` of its "
                "transaction, `compensate` by calling what undoes each member, or `abort`.",
                "enum": ["rollback", "compensate", "abort"],
                "default": "rollback",
            },
            "no_cache": _flag("Whether members are never read from nor written to a cache."),
            "no_parallel": _flag("Whether members run one after the other in a parallel run too."),
        },
    }


def _input() -> Schema:
    return {
        "description": "Where a parameter takes its value from: a type (`int`) if the run gives "
        "it, a binding (`vertex.output`), or a constant (`{value: 3}`).",
        "anyOf": [
            {"$ref": "#/$defs/type"},
            {"$ref": "#/$defs/binding"},
            {
                "description": "Several outputs, which the function gets as a list.",
                "type": "array",
                "items": {"$ref": "#/$defs/binding"},
                "minItems": 1,
            },
            {
                "description": "A constant.",
                "type": "object",
                "required": ["value"],
                "additionalProperties": False,
                "properties": {
                    "value": {
                        "description": "Text, a number, true, false, null, a list, a mapping."
                    }
                },
            },
        ],
    }


def _by_name(part: str, description: str, *, least: int = 0) -> Schema:
    found: Schema = {
        "description": description,
        "type": "object",
        "propertyNames": {"pattern": f"^{_NAME}$", "maxLength": LONGEST_NAME},
        "additionalProperties": {"$ref": f"#/$defs/{part}"},
    }
    return {**found, "minProperties": least} if least else found


def _described(part: str, description: str) -> Schema:
    return {"description": description, "$ref": f"#/$defs/{part}"}


def _text(description: str, pattern: str, most: int | None = None) -> Schema:
    found: Schema = {"description": description, "type": "string", "pattern": pattern}
    return found if most is None else {**found, "maxLength": most}


def _flag(description: str) -> Schema:
    return {"description": description, "type": "boolean", "default": True}
