"""The transaction around the code that looks: what must not be done while it is open.

A run inside a member of a group that is rolled back would commit for itself, whatever
becomes of the group. So it is refused, unless nothing of it changes anything.
"""

from contextvars import ContextVar
from typing import Final

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import RUN_IN_TRANSACTION
from hbia_dsl.errors import RunUsageError
from hbia_dsl.kernel.plan import Plan

OPEN_GROUP: Final[ContextVar[str | None]] = ContextVar("hbia_dsl_open_group", default=None)
"""Name of the atomic group whose transaction a member is at work in."""


def refuse_in_transaction(plan: Plan) -> None:
    """Refuse a run with effects inside a member of a transaction.

    Raises:
        RunUsageError: It is one.
    """
    group = OPEN_GROUP.get()
    if group is None or not plan.has_effects:
        return
    raise RunUsageError(
        Diagnostic(
            RUN_IN_TRANSACTION,
            f"flow `{plan.flow}` would run inside atomic group `{group}`, "
            "which cannot roll it back",
            location=caller_location(),
            help='run it before or after the group, or declare its vertices effect="pure"',
        )
    )
