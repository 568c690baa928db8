"""Every command line in the pages about the command line does what the page says."""

import json
import re
import shlex
from pathlib import Path
from typing import Final

from hbia_dsl.cli.command_table import COMMANDS
from hbia_dsl.cli.entry import main
from written_apps import WrittenApp

DOCS: Final = Path(__file__).parents[2] / "docs"
HOW_TO: Final = (DOCS / "how-to" / "use-the-command-line.md").read_text(encoding="utf-8")
REFERENCE: Final = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", HOW_TO, re.DOTALL | re.MULTILINE)


def _commands() -> list[tuple[str, str]]:
    """Command lines of the page, each with what the page shows after it."""
    found = []
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            if line.startswith("hbia "):
                found.append((line, shown))
    return found


def _is_as_shown(printed: str, shown: str) -> bool:
    pattern = re.escape(shown.strip()).replace(r"\.\.\.", ".*")
    lines = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    return re.fullmatch(pattern, lines, re.DOTALL) is not None


def test_the_how_to_shows_what_its_commands_print(app: WrittenApp) -> None:
    for block in [*_blocks("python"), *_blocks("yaml")]:
        name = block.partition("\n")[0].removeprefix("# ")
        app.write(name.replace("shop", "app_shop"), block.replace("shop.", "app_shop."))
    app.write("order.json", _blocks("json")[0])
    app.write("app_shop/__init__.py", '"""A shop."""\n')

    wrong = []
    for line, shown in _commands():
        arguments = shlex.split(line.replace("shop.", "app_shop.").replace("shop/", "app_shop/"))
        done = app.hbia(*arguments[1:])
        printed = (done.err + done.out).replace("app_shop", "shop")
        if not _is_as_shown(printed, shown):
            wrong.append(f"$ {line}\n{printed}")

    assert len(_commands()) > 10
    assert not wrong, "\n\n".join(wrong)


def test_the_page_would_be_found_wrong() -> None:
    assert _is_as_shown("done  a  0.1 s\n", "done  a  ... s\n")
    assert not _is_as_shown("done  b  0.1 s\n", "done  a  ... s\n")
    assert not _is_as_shown("done  a  0.1 s\nmore\n", "done  a  ... s\n")


def test_the_json_of_the_page_is_json() -> None:
    assert json.loads(_blocks("json")[0])


def test_the_reference_lists_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| `hbia ([\w-]+)", REFERENCE, re.MULTILINE)

    assert sorted(listed) == sorted(row.name for row in COMMANDS)


def test_the_reference_describes_every_option_of_run(
    app: WrittenApp,
) -> None:
    options = set(re.findall(r"(--[a-z][\w-]*)", app.hbia("run", "--help").out))

    assert main(["--version"]) == 0
    assert sorted(option for option in options if f"`{option}" not in REFERENCE) == []
