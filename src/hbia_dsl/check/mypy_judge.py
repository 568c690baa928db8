"""mypy as the judge: one process over the text, with a memory of its own beside the app's.

The text is the only module that is asked for. Modules that it imports are followed just as
the project's own runs of mypy follow them: so what mypy remembers of them stays valid, and
what it says about them is left aside here.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Final

from hbia_dsl.check.judge import Judgement, Remark, Severity
from hbia_dsl.check.judge_failure import checker_failed, checker_missing
from hbia_dsl.check.mypy_memory import prepare_memory
from hbia_dsl.check.search_folders import search_folders
from hbia_dsl.check.work_folder import file_of_text, module_of_file, work_folder
from hbia_dsl.lowering.check_place import CheckText

_JUDGED: Final = (0, 1)
"""What mypy's process returns if it could judge: without errors, and with some."""


class MypyJudge:
    """Runs mypy, with the configuration that it finds in the working directory."""

    name = "mypy"
    refuses_any = True

    def judge(self, text: CheckText, key: str) -> Judgement:
        """Judge a text; see `Judge`.

        Raises:
            CheckError: mypy is not installed, or gives up.
        """
        version = _installed_version()
        if version is None:
            raise checker_missing(self.name)
        with work_folder() as folder:
            file = file_of_text(folder, key, text.text)
            module = module_of_file(file)
            memory = os.path.join(folder, "mypy")
            prepare_memory(memory)
            paths = [folder, *search_folders(text.modules)]
            done = _run(module, paths, memory)
            if _has_crashed(done):
                # Perhaps what it remembers is damaged; without it, mypy has nothing to trip over.
                shutil.rmtree(memory, ignore_errors=True)
                done = _run(module, paths, memory)
        remarks, elsewhere, loose = _read(done.stdout, os.path.basename(file))
        if done.returncode not in _JUDGED:
            raise checker_failed(
                self.name, done.returncode, elsewhere, [*loose, *_lines(done.stderr)]
            )
        return Judgement(f"mypy {version}".strip(), tuple(remarks), tuple(elsewhere))


def _installed_version() -> str | None:
    """Return the version without loading mypy, which takes a moment; None if it is not there."""
    spec = importlib.util.find_spec("mypy")
    if spec is None or spec.origin is None:
        return None
    with (
        contextlib.suppress(OSError),
        open(os.path.join(os.path.dirname(spec.origin), "version.py"), encoding="utf-8") as opened,
    ):
        found = re.search(r'^__version__ = "([^"]+)"', opened.read(), re.MULTILINE)
        return "" if found is None else found[1]
    return ""


def _run(module: str, paths: list[str], memory: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "MYPYPATH": os.pathsep.join([*paths, *filter(None, [os.environ.get("MYPYPATH")])]),
        "PYTHONIOENCODING": "utf-8",
    }
    environment.pop("MYPY_CACHE_DIR", None)  # it would win over the option
    # -P: a module of the user's called like one of mypy's must not take its place.
    command = [sys.executable, "-P", "-m", "mypy", "--output", "json", "--cache-dir", memory]
    return subprocess.run(  # noqa: S603 - this interpreter, and names of our own
        [*command, "--no-error-summary", "-m", module],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _has_crashed(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether mypy broke down, rather than refused its configuration or a file of the app."""
    said = f"{done.stdout}{done.stderr}"
    return done.returncode not in _JUDGED and ("INTERNAL ERROR" in said or "Traceback" in said)


def _read(output: str, file: str) -> tuple[list[Remark], list[Remark], list[str]]:
    remarks: list[Remark] = []
    elsewhere: list[Remark] = []
    loose: list[str] = []
    for line in _lines(output):
        try:
            said = json.loads(line)
            hint = said["hint"]
            remark = Remark(
                line=said["line"],
                severity=Severity(said["severity"]),
                message=said["message"],
                code=said["code"] or "",
                notes=tuple(_lines(hint)) if hint else (),
                file=said["file"],
            )
        except (ValueError, KeyError, TypeError):
            loose.append(line)
            continue
        is_ours = os.path.basename(remark.file) == file
        (remarks if is_ours else elsewhere).append(remark)
    return remarks, elsewhere, loose


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
