"""What mypy said of a text, remembered together with all that its answer depended on."""

import json
import os
import threading
from collections.abc import Mapping
from hashlib import sha256

import attrs

from hbia_dsl.judging.seen_facts import Facts, facts_now
from hbia_dsl.judging.work_folder import write_if_changed

_VERSION = 2
"""Goes up when what is noted of an answer changes."""


@attrs.frozen
class Answer:
    """What a process left behind."""

    code: int
    out: str
    err: str = ""


def digest_of(question: object) -> str:
    """Return a text that differs for every question.

    Args:
        question: All that is asked and is no fact about files or variables; equal questions
            have one `repr`.
    """
    return sha256(repr((_VERSION, question)).encode()).hexdigest()


class AnswerMemory:
    """The latest answer to one question, in a file."""

    def __init__(self, file: str, digest: str, environment: Mapping[str, str]) -> None:
        """Prepare; nothing is read, and the folder of the file need not be there yet.

        Args:
            file: The file.
            digest: That of the question.
            environment: The variables that mypy would have.
        """
        self._file = file
        self._environment = environment
        self._question = digest
        self.facts_file = f"{file}.{os.getpid()}.{threading.get_ident()}"
        """Where a witness leaves its facts; no other process or thread writes there."""

    def recall(self) -> Answer | None:
        """Return the answer if mypy would give it again; None in any doubt."""
        try:
            with open(self._file, encoding="utf-8") as opened:
                kept = json.load(opened)
            facts: Facts = kept["facts"]
            if kept["question"] != self._question:
                return None
            if facts_now(facts, self._environment) != facts:
                return None
            return Answer(int(kept["code"]), str(kept["out"]))
        except Exception:  # noqa: BLE001 - whatever is wrong with a memory, mypy knows better
            return None

    def keep(self, answer: Answer) -> None:
        """Keep an answer, if a witness has left its facts."""
        facts = self._facts()
        if facts is None:
            return
        kept = {
            "question": self._question,
            "facts": facts,
            "code": answer.code,
            "out": answer.out,
        }
        try:
            write_if_changed(self._file, json.dumps(kept))
        except OSError:
            return  # a full disk costs time the next time

    def forget_facts(self) -> None:
        """Remove what a witness has left."""
        try:
            os.remove(self.facts_file)
        except OSError:
            return

    def _facts(self) -> Facts | None:
        try:
            with open(self.facts_file, encoding="utf-8") as opened:
                found = json.load(opened)
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None
