"""mypy as the judge: one process over the text, with a memory of its own beside the app's.

The text is the only module that is asked for. Modules that it imports are followed just as
the project's own runs of mypy follow them: so what mypy remembers of them stays valid, and
what it says about them is left aside here. An answer is remembered with all that it
depended on; as long as none of that changes, mypy is not started again.
"""

import contextlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from hbia_dsl.judging.answer_memory import Answer, AnswerMemory, digest_of
from hbia_dsl.judging.judge import Judgement, Remark, Severity
from hbia_dsl.judging.judge_failure import checker_failed, checker_missing
from hbia_dsl.judging.question_folder import (
    make_question_folder,
    note_use,
    question_folder,
)
from hbia_dsl.judging.search_folders import search_folders
from hbia_dsl.judging.work_folder import (
    file_of_module,
    module_of_key,
    work_folder,
    write_module,
)
from hbia_dsl.lowering.check_place import CheckText

_WITNESS: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mypy_witness.py")
_ALONE: Final = ("-m", "mypy")

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
            run = _MypyRun(folder, key, text, version)
            done = run.answer()
        remarks, elsewhere, loose = _read(done.out, os.path.basename(run.file))
        if done.code not in _JUDGED:
            words = [*loose, *_lines(done.err)]
            raise checker_failed(self.name, done.code, elsewhere, words)
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


class _MypyRun:
    """One question to mypy: answered from memory if it would give that answer again."""

    def __init__(self, folder: str, key: str, text: CheckText, version: str) -> None:
        self._text = text.text
        self._module = module_of_key(key)
        self._mypy_memory = os.path.join(folder, "mypy")
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        environment.pop("MYPY_CACHE_DIR", None)  # it would win over the option
        paths = search_folders(text.modules)
        question = (version, text.text, self._module, os.getcwd(), *_this_python(environment))
        digest = digest_of((question, paths))
        self._home = question_folder(folder, self._module, digest)
        own_paths = os.pathsep.join([self._home, *paths])
        others = os.environ.get("MYPYPATH")
        environment["MYPYPATH"] = f"{own_paths}{os.pathsep}{others}" if others else own_paths
        self._environment = environment
        self.file = file_of_module(self._home, self._module)
        self._answers = AnswerMemory(os.path.join(self._home, "answer.json"), digest, environment)

    def answer(self) -> Answer:
        """Return what mypy says."""
        known = self._answers.recall()
        if known is not None:
            note_use(self._home)
            return known
        from hbia_dsl.judging.mypy_memory import prepare_memory  # loaded where it is used

        make_question_folder(self._home)
        write_module(self._home, self._module, self._text)
        prepare_memory(self._mypy_memory)
        # A mypy that remembers nothing looks at ten times as much. Its answer would be as good,
        # but every recall would have to look at all of that again.
        is_worth_keeping = os.path.isdir(self._mypy_memory)
        os.makedirs(self._mypy_memory, exist_ok=True)
        try:
            done = self._ask(self._watched())
            if _has_crashed(done):
                import shutil  # loaded where it is used

                # Perhaps what it remembers is damaged, or the witness was in its way; now it is
                # alone and has nothing to trip over.
                shutil.rmtree(self._mypy_memory, ignore_errors=True)
                done = self._ask(_ALONE)
            if is_worth_keeping and done.code in _JUDGED and not done.err:
                self._answers.keep(done)
        finally:
            self._answers.forget_facts()
        return done

    def _ask(self, program: Sequence[str]) -> Answer:
        import subprocess  # loaded where it is used

        self._answers.forget_facts()
        done = subprocess.run(  # noqa: S603 - this interpreter, and names of our own
            [
                # -P: a module of the user's called like one of mypy's must not take its place.
                *(sys.executable, "-P", *program, "--output", "json"),
                *("--cache-dir", self._mypy_memory, "--no-error-summary", "-m", self._module),
            ],
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def _watched(self) -> Sequence[str]:
        """Return how Python starts mypy: with the witness, where there can be one."""
        if os.name != "posix" or not os.path.isfile(_WITNESS):
            return _ALONE
        own = [self._mypy_memory, os.path.dirname(self.file)]
        return [_WITNESS, self._answers.facts_file, self._home, *own, "--"]


def _this_python(environment: Mapping[str, str]) -> tuple[object, ...]:
    """Return what makes another Python, with other packages, of the one that runs mypy."""
    variables = sorted(item for item in environment.items() if item[0].startswith("PYTHON"))
    return sys.executable, sys.version, sys.prefix, sys.path, variables


def _has_crashed(done: Answer) -> bool:
    """Whether mypy broke down, rather than refused its configuration or a file of the app."""
    said = f"{done.out}{done.err}"
    return done.code not in _JUDGED and ("INTERNAL ERROR" in said or "Traceback" in said)


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
