"""A file of the app is no Python to mypy, so it judges nothing."""

from hbia_dsl.judging.judge import Remark, Severity
from hbia_dsl.judging.judge_failure import checker_failed

message = "Invalid syntax"
raise checker_failed("mypy", 2, [Remark(3, Severity.ERROR, message, file="app/old.py")], [])
