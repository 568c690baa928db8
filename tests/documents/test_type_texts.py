"""Types by their names: the small grammar, and what it says to what it does not know."""

import random
from typing import Any, Final

import pytest

from hbia_dsl.typeforms.type_names import (
    DEEPEST_TYPE,
    TypeNameError,
    read_type_name,
    type_of_name,
)

FORMS: Final[dict[str, object]] = {
    "int": int,
    " str ": str,
    "none": type(None),
    "None": type(None),
    "any": Any,
    "any?": Any,
    "str?": str | None,
    "str ?": str | None,
    "int|str": int | str,
    "int | none": int | None,
    "list[int]": list[int],
    "list[int]?": list[int] | None,
    "list[int?]": list[int | None],
    "dict[str, list[int]]": dict[str, list[int]],
    "tuple[int, str]": tuple[int, str],
    "tuple[int, ...]": tuple[int, ...],
    "set[bytes]": set[bytes],
    "list[int | str]": list[int | str],
}


@pytest.mark.parametrize("text", FORMS)
def test_a_type_is_what_it_says(text: str) -> None:
    assert read_type_name(text) == FORMS[text]


@pytest.mark.parametrize(
    ("text", "reason", "help_"),
    [
        ("itn", "nobody knows `itn`", "did you mean `int`?"),
        ("string", "nobody knows `string`", "did you mean `str`?"),
        ("Boolean", "nobody knows `Boolean`", "did you mean `bool`?"),
        ("List[int]", "nobody knows `List`", "did you mean `list`?"),
        ("list[itn]", "nobody knows `itn`", "did you mean `int`?"),
        ("User", "nobody knows `User`", "types are str"),
        ("list[int", "it ends too early", "write types like"),
        ("list[]", "`]` cannot be there", "write types like"),
        ("int??", "`?` cannot be there", "write types like"),
        ("", "it ends too early", "write types like"),
        ("int]", "`]` cannot be there", "write types like"),
        ("dict[str]", "`dict` takes 2 types in brackets, not 1", "write it like"),
        ("list[int, str]", "`list` takes 1 type in brackets, not 2", "write it like"),
        ("int[str]", "`int` takes no types in brackets", "write `int` alone"),
        ("list[...]", "`...` cannot be there", "write types like"),
        ("tuple[...]", "`...` cannot be there", "write types like"),
        ("tuple[int, ..., str]", "`,` cannot be there", "write types like"),
        ("int or str", "`or` cannot be there", "write types like"),
        ("list(int)", "`(` cannot be there", "write types like"),
        ("int\x1b", "cannot be there", "write types like"),
    ],
)
def test_what_is_no_type_is_told_with_a_way_out(text: str, reason: str, help_: str) -> None:
    with pytest.raises(TypeNameError) as caught:
        read_type_name(text)

    assert reason in caught.value.reason
    assert help_ in caught.value.help
    assert caught.value.reason.isprintable()
    assert type_of_name(text) is None


def test_brackets_have_a_deepest_level() -> None:
    depth = DEEPEST_TYPE
    assert read_type_name("list[" * depth + "int" + "]" * depth)

    with pytest.raises(TypeNameError, match="nested too deeply"):
        read_type_name("list[" * (depth + 1) + "int" + "]" * (depth + 1))


def test_any_text_is_a_type_or_refused() -> None:
    rng = random.Random(4)
    parts = [
        "int",
        "list",
        "dict",
        "tuple",
        "none",
        "any",
        "x",
        "[",
        "]",
        ",",
        "|",
        "?",
        "...",
        ".",
    ]
    texts = ["".join(rng.choices(parts, k=rng.randint(1, 12))) for _ in range(5_000)]

    refused = [text for text in texts if not _is_type(text)]

    assert 100 < len(refused) < len(texts) - 100


def _is_type(text: str) -> bool:
    try:
        read_type_name(text)
    except TypeNameError:
        return False
    return True
