"""What the user's own validators, converters and checks refuse, and how it is told."""

import dataclasses
from typing import Any, cast

import attrs
import pytest
from attrs import validators

from hbia_dsl.structuring.construction_fault import author_text
from hbia_dsl.structuring.strict_converter import structure_value

GIVEN = "hunter2"
NOT_CONVERTED = "refused by a converter: ZeroDivisionError"
REFUSED = "refused by a validator: ValueError"


def percentage(value: int) -> int:
    return 100 // value


def stripped(text: str) -> str:
    return text.strip()


@attrs.frozen
class Account:
    age: int = attrs.field(validator=[validators.ge(18), validators.lt(150)])
    name: str = attrs.field(validator=validators.matches_re("[a-z]+"))
    role: str = attrs.field(default="user", validator=validators.in_(["user", "admin"]))
    note: str = attrs.field(default="", converter=stripped)

    @name.validator
    def _check_name(self, _attribute: object, value: str) -> None:
        if value == "root" and self.age < 99:
            raise ValueError(f"{value} must be older than {self.age}")


@attrs.frozen
class Ratio:
    upper: int
    lower: int = attrs.field(converter=percentage)


@attrs.frozen
class Span:
    start: int
    stop: int

    def __attrs_post_init__(self) -> None:
        if self.start > self.stop:
            raise ValueError(f"start {self.start} is after stop {self.stop}")


@dataclasses.dataclass
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError(f"{self.number} is odd")


def divided_by_size(value: int, holder: object) -> int:
    return value // cast(Sized, holder).size


OF_SIZE: dict[str, Any] = {"converter": attrs.Converter(divided_by_size, takes_self=True)}


@attrs.frozen
class Sized:
    size: int
    half: int = attrs.Factory(lambda self: self.size // 2, takes_self=True)
    names: list[str] = attrs.Factory(list)
    share: int = attrs.field(default=1, **OF_SIZE)
    least: int = attrs.field(default=5, validator=validators.ge(10))


@attrs.frozen
class Endless:
    number: int

    def __attrs_post_init__(self) -> None:
        Endless(self.number)


def texts(data: object, form: object) -> list[str]:
    return [str(problem) for problem in structure_value(data, form)[1]]


def test_every_validator_that_fails_is_a_problem_of_its_field() -> None:
    assert texts({"age": 7, "name": "ANN", "role": GIVEN}, Account) == [
        f"input.age: {REFUSED}: 'age' must be >= 18: ...",
        f"input.name: {REFUSED}: 'name' must match regex '[a-z]+' (... doesn't)",
        f"input.role: {REFUSED}: 'role' must be in ['user', 'admin'] (got ...)",
    ]


def test_a_validator_that_looks_at_other_fields_gives_none_of_them_away() -> None:
    assert texts({"age": 23, "name": "root"}, Account) == [
        "input.name: refused by a validator: ValueError: ... must be older than ..."
    ]


def test_a_problem_of_a_validator_has_types_too() -> None:
    _, (problem,) = structure_value({"age": 7, "name": "ann"}, Account)

    assert (problem.path, problem.expected, problem.found) == ("input.age", "int", "int")


def test_validators_run_only_when_every_field_could_be_read() -> None:
    assert texts({"age": 7, "name": 1}, Account) == ["input.name: expected str, found int"]


def test_a_converter_that_fails_is_a_problem_of_its_field() -> None:
    assert texts({"upper": 1, "lower": 0}, Ratio) == [
        "input.lower: refused by a converter: ZeroDivisionError: integer division or modulo by zero"
    ]


def test_a_converter_runs_on_what_was_read() -> None:
    assert structure_value({"age": 20, "name": "ann", "note": " x "}, Account) == (
        Account(20, "ann", "user", "x"),
        (),
    )


@pytest.mark.parametrize(
    ("data", "form", "text"),
    [
        ({"start": 5, "stop": 3}, Span, "refused by Span: ValueError: start ... is after stop ..."),
        ({"number": 3}, Even, "refused by Even: ValueError: ... is odd"),
    ],
)
def test_a_check_of_the_whole_is_a_problem_of_the_whole(
    data: object, form: object, text: str
) -> None:
    assert texts([data], list[form]) == [f"input[0]: {text}"]  # type: ignore[valid-type]  # a class of the table


def test_defaults_and_converters_that_ask_for_the_object_are_run_again_too() -> None:
    assert texts({"size": 0}, Sized) == [
        f"input.share: {NOT_CONVERTED}: integer division or modulo by zero",
        "input.least: refused by a validator: ValueError: 'least' must be >= 10: 5",
    ]
    assert texts({"size": 2}, Sized) == [
        "input.least: refused by a validator: ValueError: 'least' must be >= 10: 5"
    ]


def test_a_constructor_without_end_is_told_as_such() -> None:
    assert texts({"number": 1}, Endless) == ["input: nested too deeply, or inside itself"]


def test_refused_parts_are_found_in_nested_classes() -> None:
    assert texts({"a": {"start": 1, "stop": 0}}, dict[str, Span]) == [
        'input["a"]: refused by Span: ValueError: start ... is after stop ...'
    ]


@pytest.mark.parametrize(
    ("text", "data", "shown"),
    [
        ("no 'hunter2' here", ["hunter2"], "no ... here"),
        ("no HUNTER2 here", ["hunter2"], "no ... here"),
        ("no hunter22 here", ["hunter2"], "no hunter22 here"),
        ("between 1 and 10, not 3", [3], "between 1 and 10, not ..."),
        ("got [1, 'a']", [[1, "a"]], "got ..."),
        ("got {'a': 1}", {"a": 1}, "got ..."),
        ("it\n  is", ["x"], "it is"),
        ("true is True", [True, None], "true is True"),
        ("x" * 500, [], "x" * 200 + "..."),
    ],
)
def test_data_are_blotted_out_of_a_text(text: str, data: object, shown: str) -> None:
    assert author_text(ValueError(text), data) == f"ValueError: {shown}"


def test_an_error_without_text_is_told_by_its_class() -> None:
    assert author_text(ValueError(), []) == "ValueError"
    assert author_text(KeyError(3), []) == "KeyError"


def test_a_text_is_left_out_if_the_data_are_too_many_to_search_for() -> None:
    assert author_text(ValueError("no 7"), list(range(2_000))) == "ValueError"


def test_a_text_is_left_out_if_a_value_cannot_be_spelled() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert author_text(ValueError("no"), [Silent()]) == "ValueError"
