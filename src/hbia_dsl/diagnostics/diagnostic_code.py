"""The numbers of all problems that this package can report, in one list.

A number never changes its meaning. Each has a page under `pages/`, a golden text
made by the smallest program that causes it, and a place in the package that
raises it; `tests/contract/` holds all three.
"""

from typing import Final

import attrs


@attrs.frozen
class DiagnosticCode:
    """A problem's number and its title."""

    number: str
    """`HB` and three digits: 1xx declaring, 2xx wiring, 3xx running, 4xx documents, 5xx settings,
    6xx checking, 7xx caching."""
    title: str
    """What the page about it is called."""


CODES: Final[dict[str, DiagnosticCode]] = {}
"""Every code by its number."""


def _code(number: str, title: str) -> DiagnosticCode:
    code = DiagnosticCode(number, title)
    CODES[number] = code
    return code


# Declaring: what a decorator, `out` or a signature got wrong.
MISUSED_DECORATOR: Final = _code("HB101", "A decorator was given something that it cannot use")
UNANNOTATED_PARAMETER: Final = _code("HB102", "A parameter has no annotation")
UNRESOLVED_ANNOTATION: Final = _code("HB103", "An annotation names something that cannot be found")
VARIADIC_PARAMETER: Final = _code("HB104", "A vertex takes *args or **kwargs")
BAD_OUTPUTS: Final = _code("HB105", "A result cannot be split as `outputs=` says")
NOT_A_VERTEX: Final = _code("HB106", "Something that is not a vertex was given as one")
BAD_VERTEX_NAME: Final = _code("HB107", "A name cannot be used for a vertex or an input")

# Wiring: what makes a set of vertices not a flow.
MISSING_PROVIDER: Final = _code("HB201", "Nothing provides a value that a vertex requires")
AMBIGUOUS_PROVIDER: Final = _code(
    "HB202", "Several vertices provide a value that a vertex requires"
)
CYCLE: Final = _code("HB203", "Vertices wait for each other")
WRONG_TYPE: Final = _code("HB204", "A value of the wrong type would reach a parameter")
UNKNOWN_PARAMETER: Final = _code("HB205", "A binding names a parameter that is not there")
UNKNOWN_REFERENCE: Final = _code("HB206", "A binding names a vertex or output that is not there")
BOUND_TWICE: Final = _code("HB207", "A parameter is bound in two ways")
DUPLICATE_VERTEX: Final = _code("HB208", "Two vertices of a flow have one name")
UNUSED_INPUT: Final = _code("HB209", "No vertex takes an input of the flow")
INPUT_TYPE_CLASH: Final = _code("HB210", "Two vertices want one input with different types")
ATOMIC_BOUNDARY: Final = _code("HB211", "An outsider lies between two members of an atomic group")
BAD_INPUTS: Final = _code("HB212", "`inputs=` of a flow cannot be used")
BAD_RESULT: Final = _code("HB213", "`result=` names a vertex that is not in the flow")
GROUP_CONFLICT: Final = _code("HB214", "Members of one atomic group disagree about it")
UNDONE_BY_NOTHING: Final = _code("HB215", "A compensating group cannot take back what it does")
SCATTERED_GROUP: Final = _code("HB216", "An atomic group falls into parts")
BAD_GRAPH: Final = _code("HB220", "A graph cannot take a vertex, an edge or a group")
UNBOUND_DATA: Final = _code("HB221", "A handler's input has no source")

# Running: what a call or a handler got wrong.
VERTEX_TIMEOUT: Final = _code("HB301", "A vertex ran into its timeout")
RUN_TIMEOUT: Final = _code("HB302", "A run reached its deadline")
LOOP_IS_RUNNING: Final = _code("HB303", "A blocking run where an event loop is running")
FOREIGN_LOOP: Final = _code("HB304", "A handler waits for another event loop than the one running")
BAD_RUN_INPUT: Final = _code("HB305", "A run was given a missing, unknown or unusable input")
BAD_RUN_OPTION: Final = _code("HB306", "A run option has a value that it cannot have")
BROKEN_CONTRACT: Final = _code("HB307", "A value is not of its declared type")
NO_RESULT: Final = _code("HB308", "The flow declares no result")
UNKNOWN_RESULT: Final = _code("HB309", "A run has no value of that name")
NESTED_TOO_DEEPLY: Final = _code("HB310", "Runs are nested too deeply")
ASYNC_HANDLER: Final = _code("HB311", "An async handler was given to a run that is not async")
MISSING_HANDLER: Final = _code("HB312", "A vertex has no handler")
UNKNOWN_FLOW: Final = _code("HB313", "A graph has no flow of that name")
BAD_HANDLER_RESULT: Final = _code("HB314", "A handler did not return its declared outputs")
VERTEX_CANCELLED: Final = _code("HB315", "A vertex was cancelled")

# Running: the database of an atomic group.
MISSING_TRANSACTION: Final = _code("HB330", "An atomic group lacks the transaction it works on")
UNFIT_DATABASE: Final = _code("HB331", "A database cannot serve an atomic group")
ENDED_BY_MEMBER: Final = _code("HB332", "A member may not end the transaction of its group")
DOOMED_COMMIT: Final = _code("HB333", "A group cannot be committed")
UNKNOWN_COMMIT: Final = _code("HB334", "Nobody knows whether a group was committed")
BROKEN_TRANSACTION: Final = _code("HB335", "A transaction ended behind its group's back")
COMPENSATION_FAILED: Final = _code("HB336", "Something could not be undone")
RUN_IN_TRANSACTION: Final = _code("HB337", "A run would change things inside a transaction")

# Running: what a verification of atomic groups finds.
UNVERIFIABLE: Final = _code("HB340", "A verification cannot tell anything about a group")
NOT_ALL_OR_NOTHING: Final = _code("HB341", "An atomic group is not all or nothing")
OUTSIDE_TRANSACTION: Final = _code("HB342", "A member works outside of its group's transaction")
FORGOTTEN_COMPENSATION: Final = _code("HB343", "A compensation is forgotten or incomplete")
NOT_IDEMPOTENT: Final = _code("HB344", "What may run twice does something else the second time")
DEPENDENT_COMPENSATION: Final = _code("HB345", "A compensation fails because another one did")

# Documents: what keeps a text from being a flow document, and its handlers from being found.
UNREADABLE_DOCUMENT: Final = _code("HB401", "A document cannot be read")
NOT_YAML: Final = _code("HB402", "A document is not YAML")
REFUSED_YAML: Final = _code("HB403", "A document uses YAML that documents may not use")
BAD_KEY: Final = _code("HB404", "A key of a document is not text, or is there twice")
BAD_SHAPE: Final = _code("HB405", "A part of a document has the wrong form")
UNKNOWN_KEY: Final = _code("HB406", "A document has a key that means nothing")
BAD_DOCUMENT_NAME: Final = _code("HB407", "A name in a document cannot be used")
UNKNOWN_DOCUMENT_NAME: Final = _code("HB408", "A document names something that is not there")
UNKNOWN_TYPE: Final = _code("HB409", "A document names a type that nobody knows")
BAD_GROUP: Final = _code("HB410", "An atomic group of a document cannot be")
BAD_HANDLER_PATH: Final = _code("HB411", "A handler is not written as a path to a function")
REFUSED_HANDLER: Final = _code("HB412", "The path of a handler leads where it may not")
UNIMPORTABLE_HANDLER: Final = _code("HB413", "A handler is not where its path says")
UNWRITABLE_GRAPH: Final = _code("HB420", "A graph cannot be written as a document")
UNGIVEN_FUNCTION: Final = _code("HB421", "A document names a function that was not given")
CONTRADICTION: Final = _code("HB422", "A document says something else than the code")

# Settings.
BAD_SETTING: Final = _code("HB501", "A setting has a value that it cannot have")

# Checking: what a type checker says about flows, and what keeps it from saying anything.
REFUSED_SOURCE: Final = _code("HB601", "A type checker refuses the source of a parameter")
REFUSED_CALL: Final = _code("HB602", "A type checker refuses the call of a vertex")
UNSEEN_VERTEX: Final = _code("HB603", "A type checker sees a vertex as `Any`")
UNREACHED_VERTEX: Final = _code("HB604", "A type checker takes part of a flow for unreachable")
ANY_REFUSED: Final = _code("HB605", "A strict check met `Any`")
SILENT_CHECKER: Final = _code("HB606", "A type checker reports nothing, not even a planted error")
CHECKER_MISSING: Final = _code("HB607", "The type checker is not installed")
CHECKER_FAILED: Final = _code("HB608", "The type checker gave up")
UNIMPORTABLE_TARGET: Final = _code("HB609", "A module with flows cannot be imported")
NO_FLOW: Final = _code("HB610", "There is no flow to check")
UNSEEN_MODULE: Final = _code("HB611", "A type checker does not find a module")
REFUSED_INPUTS: Final = _code("HB612", "A type checker refuses the inputs of a flow")
OUT_OF_REACH: Final = _code("HB613", "A vertex is in no module that a type checker could read")

# Caching.
UNCACHEABLE_VERTEX: Final = _code("HB701", "A vertex and its inputs have no key in a cache")
BAD_CACHE_ARGUMENT: Final = _code("HB702", "A cache or a store cannot use what it is given")
