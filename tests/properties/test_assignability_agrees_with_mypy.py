"""Our judgement of types and mypy's are the same, on thousands of generated pairs.

Each pair becomes a function in one module: its parameter has the first type, and it is
assigned to a variable of the second. Where mypy complains, the pair is not assignable.
"""

import collections
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Final

import attrs
import pytest
from typeform_pairs import HEADER, PairGenerator, text

from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.strength import index_keys_of_source, index_keys_of_target, is_strong
from hbia_dsl.typeforms.verdict import Verdict

TESTS: Final = Path(__file__).parents[1]
PAIRS: Final = 5_000
SEEDS: Final = range(8) if os.environ.get("HBIA_LONG") == "1" else range(1)

_CONFIG: Final = f"""\
[mypy]
strict = True
mypy_path = {TESTS}
explicit_package_bases = True
disallow_any_generics = False
follow_imports = silent
show_error_codes = True
"""
_LINE: Final = re.compile(r"^[^:]+:(?P<line>\d+): error: (?P<message>.*)  \[(?P<code>[\w-]+)\]$")


@attrs.frozen
class Judged:
    """A pair with its two answers."""

    source_text: str
    target_text: str
    source: object
    target: object
    by_mypy: bool


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """All pairs of all seeds, judged by one run of mypy."""
    pairs = [
        (text(source), text(target))
        for seed in SEEDS
        for source, target in PairGenerator(seed).pairs(PAIRS)
    ]
    refused = _refused_by_mypy(pairs, tmp_path_factory.mktemp("pairs"))
    names: dict[str, object] = {}
    exec(HEADER, names)  # noqa: S102 - our own text
    forms = {form: eval(form, names) for pair in pairs for form in pair}  # noqa: S307 - our own
    return [
        Judged(source, target, forms[source], forms[target], index not in refused)
        for index, (source, target) in enumerate(pairs)
    ]
