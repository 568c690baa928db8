"""pyright as the judge: one process over the text, with the project's own configuration.

pyright remembers nothing between runs, so the text lies in a folder of its own, with a
configuration that extends the project's and adds where to find its modules.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Final

from hbia_dsl.judging.judge import Judgement, Remark, Severity
from hbia_dsl.judging.judge_failure import checker_failed, checker_missing
from hbia_dsl.judging.search_folders import search_folders
from hbia_dsl.judging.work_folder import module_of_key, write_module
from hbia_dsl.lowering.check_place import CheckText

_SEVERITIES: Final[Mapping[str, Severity]] = {
    "error": Severity.ERROR,
    "information": Severity.NOTE,
}
"""Warnings are left aside: they are no errors of types."""


class PyrightJudge:
    """Runs pyright, with the configuration that it finds in the working directory."""

    name = "pyright"
    refuses_any = False

    def judge(self, text: CheckText, key: str) -> Judgement:
        """Judge a text; see `Judge`.

        Raises:
            CheckError: pyright is not installed, or gives up.
        """
        command = _command()
        if command is None:
            raise checker_missing(self.name)
        with tempfile.TemporaryDirectory(prefix="hbia-check-") as folder:
            file = write_module(folder, module_of_key(key), text.text)
            project = os.path.join(folder, "pyrightconfig.json")
            with open(project, "w", encoding="utf-8") as opened:
                json.dump(_configuration(file, search_folders(text.modules)), opened)
            done = _run([*command, "--project", project])
        try:
            said = json.loads(done.stdout)
            remarks, elsewhere = _read(said["generalDiagnostics"], os.path.basename(file))
            version = said["version"]
        except (ValueError, KeyError, TypeError):
            words = [*done.stdout.splitlines(), *done.stderr.splitlines()]
            raise checker_failed(self.name, done.returncode, [], filter(None, words)) from None
        return Judgement(f"pyright {version}", tuple(remarks), tuple(elsewhere))


def _command() -> list[str] | None:
    if importlib.util.find_spec("pyright") is not None:
        return [sys.executable, "-P", "-m", "pyright"]
    found = shutil.which("pyright")
    return None if found is None else [found]


def _configuration(file: str, folders: tuple[str, ...]) -> dict[str, object]:
    here = os.getcwd()
    settings: dict[str, object] = {
        "include": [file],
        "exclude": [],
        "ignore": [],
        "strict": [],
        "extraPaths": [here, *folders],
    }
    own = _own_configuration(here)
    if own is not None:
        path, extra = own
        settings["extends"] = path
        # A list here replaces the one it extends.
        settings["extraPaths"] = [here, *folders, *(os.path.join(here, p) for p in extra)]
    return settings


def _own_configuration(folder: str) -> tuple[str, list[str]] | None:
    """Return the project's configuration and the folders that it adds to the search."""
    path = os.path.join(folder, "pyrightconfig.json")
    if os.path.isfile(path):
        return path, _listed_paths(path)
    import tomllib  # loaded where it is used

    path = os.path.join(folder, "pyproject.toml")
    try:
        with open(path, "rb") as opened:
            section = tomllib.load(opened).get("tool", {}).get("pyright")
    except (OSError, ValueError):
        return None
    if not isinstance(section, dict):
        return None
    extra = section.get("extraPaths", [])
    return path, [p for p in extra if isinstance(p, str)] if isinstance(extra, list) else []


def _listed_paths(path: str) -> list[str]:
    """Read one list of a configuration that may hold comments, which JSON does not."""
    with open(path, encoding="utf-8") as opened:
        found = re.search(r'"extraPaths"\s*:\s*\[([^\]]*)\]', opened.read())
    return [] if found is None else re.findall(r'"([^"]*)"', found[1])


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - pyright as it is installed, and names of our own
        [*command, "--outputjson", "--pythonpath", sys.executable],
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _read(said: list[dict[str, object]], file: str) -> tuple[list[Remark], list[Remark]]:
    remarks: list[Remark] = []
    elsewhere: list[Remark] = []
    for one in said:
        severity = _SEVERITIES.get(str(one["severity"]))
        if severity is None:
            continue
        message, *notes = str(one["message"]).splitlines()
        remark = Remark(
            line=_first_line(one),
            severity=severity,
            message=message,
            code=str(one.get("rule", "")),
            notes=tuple(note.strip() for note in notes),
            file=str(one["file"]),
        )
        is_ours = os.path.basename(remark.file) == file
        (remarks if is_ours else elsewhere).append(remark)
    return remarks, elsewhere


def _first_line(one: dict[str, object]) -> int:
    place = one.get("range")
    start = place.get("start") if isinstance(place, dict) else None
    line = start.get("line") if isinstance(start, dict) else None
    return line + 1 if isinstance(line, int) else 1
