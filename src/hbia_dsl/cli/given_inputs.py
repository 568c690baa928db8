"""The inputs of a run as the command line gives them: `--set name=value` and `--data file`."""

from collections.abc import Mapping, Sequence
from json import JSONDecodeError
from typing import Final

from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.cli.json_data import BadJsonError, parse_json, read_json_file

_NOT_JSON: Final = object()


def given_inputs(
    assignments: Sequence[str], data_file: str | None, forms: Mapping[str, object]
) -> dict[str, object]:
    """Return the inputs of a run as untyped data, ready to be structured.

    Names that the flow does not have are kept: whoever structures the data reports them
    together with all else that is wrong.

    Args:
        assignments: What followed `--set`, each `name=value`; these win over the file.
        data_file: A JSON file, `-` for the standard input, None for none.
        forms: The type of each input of the flow, as annotated.

    Raises:
        CommandFailure: The file cannot be read or used, or an assignment is none.
    """
    data = {} if data_file is None else read_json_file(data_file)
    assigned: dict[str, str] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            raise wrong_usage(
                f"--set takes name=value, not `{assignment}`", "write --set name=value"
            )
        if name in assigned:
            raise wrong_usage(f"--set gives `{name}` twice")
        assigned[name] = text
    data.update((name, value_of(text, forms.get(name, object))) for name, text in assigned.items())
    return data


def value_of(text: str, form: object) -> object:
    """Return the untyped data that a text stands for.

    A type that takes text gets the text as it is; every other one gets it read as JSON.

    Args:
        text: What the user typed.
        form: The type of the input, as annotated.
    """
    from typing import Any  # loaded where it is used

    from hbia_dsl.structuring.strict_converter import structure_value  # loads cattrs

    try:
        as_json: object = parse_json(text)
    except (JSONDecodeError, BadJsonError):
        as_json = _NOT_JSON
    if as_json is _NOT_JSON:
        return text
    if form is object or form is Any:
        return as_json
    _, problems = structure_value(text, form)
    return as_json if problems else text
