"""`hbia explain CODE`: print the page about the code of a problem, or of a finding of lint."""

from importlib.resources import files
from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.diagnostics.diagnostic_code import CODES
from hbia_dsl.diagnostics.near_miss import did_you_mean


def _known_codes(context: object) -> dict[str, str]:
    """Name the codes for a shell that completes one."""
    del context
    return _titles()


def _titles() -> dict[str, str]:
    from hbia_dsl.documents.lint_codes import LINT_CODES  # loaded where it is used

    titles = {code.number: code.title for code in CODES.values()}
    return titles | {code.number: code.finds for code in LINT_CODES.values()}


def explain(
    code: Annotated[str | None, Parameter(completer=_known_codes)] = None,
    /,
) -> int:
    """Print the page about a code such as HB201, or W001 of lint.

    Args:
        code: The code; without it, all codes are listed.
    """
    if code is None:
        for known, title in _titles().items():
            print(f"{known:5}  {title}")
        return 0
    number = code.strip().upper()
    if number not in _titles():
        hint = did_you_mean(number, _titles()) or "`hbia explain` lists all codes"
        raise wrong_usage(f"there is no code `{code}`; {hint}")
    print(page_of(number), end="")
    return 0


def page_of(number: str) -> str:
    """Return the page about a code."""
    from hbia_dsl.documents.lint_codes import LINT_CODES  # loaded where it is used

    if number in LINT_CODES:
        return LINT_CODES[number].page()
    pages = files("hbia_dsl.diagnostics") / "pages"
    return (pages / f"{number}.md").read_text(encoding="utf-8")
