"""Every code has a page, a golden text and a raiser, and none of these is left over."""

import ast
import re
from pathlib import Path
from typing import Final

from contract.source_tree import PACKAGE, ROOT, listed, package_modules, tree_of
from hbia_dsl.diagnostics import diagnostic_code
from hbia_dsl.diagnostics.diagnostic_code import CODES, DiagnosticCode

PAGES: Final = PACKAGE / "diagnostics" / "pages"
GOLDEN: Final = ROOT / "tests" / "diagnostics" / "golden"


def test_every_code_has_the_form_of_its_family_and_a_title() -> None:
    odd = [
        number
        for number, code in CODES.items()
        if number != code.number
        or not re.fullmatch(r"HB[1-7]\d\d", number)
        or not code.title.strip()
    ]

    assert not odd, listed(odd)


def test_no_two_codes_share_a_title() -> None:
    titles = [code.title for code in CODES.values()]

    assert sorted(set(titles)) == sorted(titles)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    odd = _without_partner(PAGES, ".md")

    assert not odd, listed(odd)


def test_every_page_opens_with_its_number_and_title() -> None:
    expected = {number: f"# {number}: {code.title}" for number, code in CODES.items()}
    wrong = [
        f"{path.name}: {opening!r}, not {expected.get(path.stem)!r}"
        for path in sorted(PAGES.glob("*.md"))
        if (opening := path.read_text(encoding="utf-8").partition("\n")[0])
        != expected.get(path.stem)
    ]

    assert not wrong, listed(wrong)


def test_every_code_has_a_golden_text_and_every_golden_text_a_code() -> None:
    odd = _without_partner(GOLDEN, ".txt")

    assert not odd, listed(odd)


def test_every_golden_text_shows_its_own_code() -> None:
    silent = [
        path.name
        for path in sorted(GOLDEN.glob("*.txt"))
        if f"[{path.stem}]" not in path.read_text(encoding="utf-8")
    ]

    assert not silent, listed(silent)


def test_every_code_is_used_somewhere_in_the_package() -> None:
    constants = {
        name: code.number
        for name, code in vars(diagnostic_code).items()
        if isinstance(code, DiagnosticCode)
    }
    used = {
        item.id if isinstance(item, ast.Name) else item.attr
        for path in package_modules()
        if path.name != "diagnostic_code.py"
        for item in ast.walk(tree_of(path))
        if isinstance(item, ast.Name | ast.Attribute)
    }
    unused = [f"{number} {name}" for name, number in constants.items() if name not in used]

    assert sorted(constants.values()) == sorted(CODES)
    assert not unused, listed(unused)


def _without_partner(folder: Path, suffix: str) -> list[str]:
    names = {path.stem for path in folder.glob(f"*{suffix}")}
    place = folder.relative_to(ROOT).as_posix()
    missing = [f"no {place}/{number}{suffix}" for number in sorted(CODES.keys() - names)]
    return missing + [
        f"no code for {place}/{name}{suffix}" for name in sorted(names - CODES.keys())
    ]
