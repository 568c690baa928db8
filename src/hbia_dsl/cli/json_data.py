"""JSON that a user gives: from a file, from the standard input, or after `--set`."""

import json
import sys
from typing import Final

from hbia_dsl.cli.command_failure import CommandFailure, wrong_usage
from hbia_dsl.cli.document_file import check_readable

STANDARD_INPUT: Final = "-"
"""Names the standard input in the place of a file."""


class BadJsonError(ValueError):
    """A text is not JSON, or not JSON that can be taken as it is meant."""


def read_json_file(file: str) -> dict[str, object]:
    """Read a JSON object.

    Args:
        file: Its path; `-` for the standard input.

    Raises:
        CommandFailure: It cannot be read, is not JSON, or is something else than an object.
    """
    shown = "standard input" if file == STANDARD_INPUT else file
    try:
        if file == STANDARD_INPUT:
            content = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read()
        else:
            check_readable(file)
            with open(file, "rb") as opened:
                content = opened.read()
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        data = parse_json(text)
    except UnicodeDecodeError as error:
        raise wrong_usage(f"{shown} is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        place = f"{shown}:{error.lineno}:{error.colno}"
        raise wrong_usage(f"{place}: not JSON: {error.msg}") from error
    except BadJsonError as error:
        raise wrong_usage(f"{shown}: {error}") from error
    if not isinstance(data, dict):
        raise _not_an_object(shown, data)
    return data


def parse_json(text: str) -> object:
    """Read JSON strictly.

    Raises:
        json.JSONDecodeError: It is not JSON.
        BadJsonError: A key is there twice, a number is not one, or it is nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise BadJsonError("nested too deeply") from None
    except (json.JSONDecodeError, BadJsonError):
        raise
    except ValueError:
        raise BadJsonError("it holds a number of too many digits") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadJsonError(f"the key `{twice}` is there twice")
    return found


def _refuse_constant(name: str) -> object:
    raise BadJsonError(f"{name} is not JSON")


def _not_an_object(shown: str, data: object) -> CommandFailure:
    kinds = {"list": "a list", "str": "text", "NoneType": "null", "bool": "true or false"}
    kind = kinds.get(type(data).__name__, "a number")
    return wrong_usage(
        f"{shown} holds {kind}, not an object", 'write the inputs by name: {"name": value}'
    )
