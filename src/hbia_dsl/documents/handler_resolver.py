"""Paths to functions: what may be imported, and what of it may be a handler.

A path in a document is a wish of whoever wrote the document. It is followed only into
modules that the program allows, and only to functions that are defined there: not to
what such a module has imported from elsewhere, not into classes, not to private names.
"""

import importlib
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Final

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_HANDLER_PATH,
    REFUSED_HANDLER,
    UNIMPORTABLE_HANDLER,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.document_problems import named
from hbia_dsl.documents.handler_path import fault_of_path
from hbia_dsl.errors import HandlerResolutionError


class HandlerResolver:
    """Finds the functions that paths lead to, in the modules that are allowed.

    Give it to `run_flow` as `handlers=`, or only the names of the modules as `allowed=`.

    Args:
        allowed_prefixes: Modules; each allows itself and what is under it: `app.vertices`
            allows `app.vertices.mail`, and not `app.vertices_old`.

    Example:
        >>> resolver = HandlerResolver(["hbia_dsl.graph"])
        >>> resolver.resolve("hbia_dsl.graph.input_text.is_binding").__name__
        'is_binding'
    """

    def __init__(self, allowed_prefixes: str | Iterable[str] = ()) -> None:
        # A single text is meant as one module, not as its letters.
        listed = [allowed_prefixes] if isinstance(allowed_prefixes, str) else allowed_prefixes
        self._allowed = tuple(listed)
        self._found: dict[str, FunctionType] = {}

    @property
    def allowed_prefixes(self) -> tuple[str, ...]:
        """The modules that are allowed, with what is under them."""
        return self._allowed

    def resolve(
        self, handler: str | Callable[..., object], *, vertex: str | None = None
    ) -> Callable[..., object]:
        """Return the function that a path leads to; a function comes back as it is.

        Args:
            handler: `package.module.function`, or a function.
            vertex: Whose handler it is, for the error.

        Raises:
            HandlerResolutionError: The path leads where it may not, or nowhere.
        """
        if not isinstance(handler, str):
            return handler
        if handler not in self._found:
            self.check(handler, vertex=vertex)
            self._found[handler] = self._imported(handler, vertex)
        return self._found[handler]

    def check(self, path: str, *, vertex: str | None = None) -> None:
        """Refuse a path by its text alone; nothing is imported.

        Raises:
            HandlerResolutionError: It is no path, or its module is not allowed.
        """
        whose = _whose(path, vertex)
        fault = fault_of_path(path)
        if fault is not None:
            raise _error(BAD_HANDLER_PATH, f"{whose}, which {fault[0]}", fault[1])
        module = path.rpartition(".")[0]
        if not self._allows(module):
            text = f"{whose}, and module `{module}` is not allowed"
            help_ = f'if you trust it, allow it: allowed=["{module}"]'
            raise _error(REFUSED_HANDLER, text, help_, self._notes())

    def _allows(self, module: str) -> bool:
        return any(module == p or module.startswith(f"{p}.") for p in self._allowed)

    def _notes(self) -> tuple[str, ...]:
        shown = ", ".join(f"`{prefix}`" for prefix in self._allowed)
        return (f"allowed are {shown}, and what is under them" if shown else "nothing is allowed",)

    def _imported(self, path: str, vertex: str | None) -> FunctionType:
        module_name, _, name = path.rpartition(".")
        whose = _whose(path, vertex)
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            missing = error.name or module_name
            if module_name == missing or module_name.startswith(f"{missing}."):
                text = f"{whose}, but there is no module `{missing}`"
                raise _error(UNIMPORTABLE_HANDLER, text, "correct the path") from None
            raise _unimportable(whose, module_name, error) from error
        except (Exception, SystemExit) as error:
            raise _unimportable(whose, module_name, error) from error
        # `vars`, so that a module's own `__getattr__` is not asked for names of a document.
        found = vars(module).get(name)
        if found is None:
            public = [n for n, v in vars(module).items() if isinstance(v, FunctionType)]
            near = did_you_mean(name, public) or f"define `{name}` in it, or correct the path"
            text = f"{whose}, but module `{module_name}` has no `{name}`"
            raise _error(UNIMPORTABLE_HANDLER, text, near)
        if not isinstance(found, FunctionType):
            text = f"{whose}, which is a {type(found).__name__}, not a function"
            raise _error(
                REFUSED_HANDLER, text, f"write a function in `{module_name}` that calls it"
            )
        if not self._allows(found.__module__ or ""):
            text = f"{whose}, which was defined in `{found.__module__}`, and that is not allowed"
            help_ = f"write a function in `{module_name}` that calls it"
            raise _error(REFUSED_HANDLER, text, help_, self._notes())
        return found


def _whose(path: str, vertex: str | None) -> str:
    subject = "the handler" if vertex is None else f"the handler of vertex {named(vertex)}"
    return f"{subject} is {named(path)}"


def _unimportable(whose: str, module: str, error: BaseException) -> HandlerResolutionError:
    text = f"{whose}, but importing module `{module}` raises {type(error).__name__}"
    place = _place_of(error)
    help_ = "mend the module; its own error is above this one"
    return _error(UNIMPORTABLE_HANDLER, text, help_, location=place)


def _place_of(error: BaseException) -> Location | None:
    """Return where a module failed: the last line outside of the import system."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return Location(error.filename, error.lineno)
    place = None
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if not code.co_filename.startswith("<frozen") and code.co_filename not in _OURS:
            place = Location(code.co_filename, step.tb_lineno)
        step = step.tb_next
    return place


_OURS: Final = frozenset({__file__, importlib.__file__})


def _error(
    code: DiagnosticCode,
    message: str,
    help_: str,
    notes: tuple[str, ...] = (),
    location: Location | None = None,
) -> HandlerResolutionError:
    place = location or caller_location()
    return HandlerResolutionError(
        Diagnostic(code, message, location=place, notes=notes, help=help_)
    )
