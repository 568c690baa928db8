"""Each code's text, made by the smallest program that causes it.

`programs/HB201.py` raises when it is imported; `golden/HB201.txt` holds what the error then
says. After a deliberate change of a text, run these tests with `UPDATE_GOLDEN=1` and read the
difference before it is committed.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.diagnostics import diagnostic_code
from hbia_dsl.errors import HbiaError

PROGRAMS: Final = Path(__file__).parent / "programs"
GOLDEN: Final = Path(__file__).parent / "golden"
PAGES: Final = Path(diagnostic_code.__file__).parent / "pages"
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"

NUMBERS: Final = sorted(path.stem for path in PROGRAMS.glob("HB*.py"))


@pytest.fixture(autouse=True)
def _as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run in the folder of the programs, so that texts name a file as its reader would."""
    monkeypatch.chdir(PROGRAMS)
    environment = dict(os.environ)
    modules = set(sys.modules)
    yield
    os.environ.clear()
    os.environ.update(environment)
    for name in set(sys.modules) - modules:
        if name.startswith("program_"):
            del sys.modules[name]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_smallest_program_says_what_the_golden_text_says(number: str) -> None:
    golden = GOLDEN / f"{number}.txt"

    text = f"{_error_of(number)}\n"
    if UPDATE:
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("number", NUMBERS)
def test_an_error_shows_the_code_of_its_program_and_no_other(number: str) -> None:
    shown = [line for line in str(_error_of(number)).splitlines() if line.startswith("error[")]

    assert [f"error[{number}]"] == [line.partition(":")[0] for line in shown]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_error_names_no_absolute_path_and_no_address(number: str) -> None:
    text = str(_error_of(number))

    assert str(PROGRAMS) not in text
    assert " at 0x" not in text


@pytest.mark.parametrize("number", [n for n in NUMBERS if n.startswith(("HB1", "HB2"))])
def test_the_page_of_a_code_shows_its_program(number: str) -> None:
    _, _, code = (PROGRAMS / f"{number}.py").read_text(encoding="utf-8").partition('"""\n\n')

    assert f"```python\n{code}```" in (PAGES / f"{number}.md").read_text(encoding="utf-8")


def test_every_golden_text_has_its_program() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("HB*.txt")) == NUMBERS


def _error_of(number: str) -> HbiaError:
    """Run a program and return what it raises."""
    name = f"program_{number}"
    spec = importlib.util.spec_from_file_location(name, PROGRAMS / f"{number}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # classes and text annotations look their module up there
    with pytest.raises(HbiaError) as caught:
        spec.loader.exec_module(module)
    return caught.value
