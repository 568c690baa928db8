"""What to say when a declared function cannot be read as a vertex: the HB1xx of wiring."""

from collections.abc import Callable, Iterable

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_OUTPUTS,
    BAD_VERTEX_NAME,
    BOUND_TWICE,
    MISUSED_DECORATOR,
    NOT_A_VERTEX,
    UNANNOTATED_PARAMETER,
    UNKNOWN_PARAMETER,
    UNRESOLVED_ANNOTATION,
    VARIADIC_PARAMETER,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import did_you_mean, nearest
from hbia_dsl.typeforms.hint_reading import RETURN, UnresolvedHint
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT
from hbia_dsl.wiring.problems import Problems


class SignatureReport:
    """Adds the problems of one vertex to the report; costs nothing while there are none."""

    __slots__ = ("_fn", "_name", "_order", "_problems")

    def __init__(
        self, problems: Problems, fn: Callable[..., object], name: str, order: int
    ) -> None:
        self._problems = problems
        self._fn = fn
        self._name = name
        self._order = order

    def async_generator(self) -> None:
        """Report an `async def` with `yield`."""
        self._problems.is_provider_unknown = True
        self._add(
            MISUSED_DECORATOR,
            f"`{self._name}` is an async generator, which has no single result to pass on",
            None,
            help_="collect what it yields in a list and return that",
        )

    def unannotated(self, parameter: str) -> None:
        """Report a parameter of which nothing says what it takes."""
        self._problems.unread_parameters.add(parameter)
        if getattr(self._fn, "__name__", "") == "<lambda>":
            help_ = f'say what it takes: inputs={{"{parameter}": SomeType}}'
        elif parameter in ("self", "cls"):
            help_ = f"add the method of an object to the flow: `Service().{self._name}`"
        else:
            help_ = f"annotate it: `{parameter}: SomeType`"
        self._add(
            UNANNOTATED_PARAMETER,
            f"parameter `{parameter}` of `{self._name}` has no annotation",
            parameter,
            help_=help_,
        )

    def variadic(self, parameter: str, stars: str) -> None:
        """Report `*args` or `**kwargs`."""
        self._problems.unread_parameters.add(parameter)
        self._add(
            VARIADIC_PARAMETER,
            f"`{self._name}` takes `{stars}{parameter}`, which no rule can bind",
            parameter,
            help_="name each parameter; to collect values of one type write `items: All[Item]`",
        )

    def unresolved(self, hint: UnresolvedHint) -> None:
        """Report an annotation of the function that cannot be evaluated."""
        place, text, missing = hint.name, hint.text, hint.missing_name
        if place == RETURN:
            self._problems.is_provider_unknown = True
            subject = f"the result of `{self._name}`"
        else:
            self._problems.unread_parameters.add(place)
            subject = f"parameter `{place}` of `{self._name}`"
        found = (
            f"names `{missing}`, which cannot be found"
            if missing is not None
            else "cannot be evaluated"
        )
        self._add(
            UNRESOLVED_ANNOTATION,
            f"the annotation `{text}` of {subject} {found}",
            place,
            notes=self._notes_on_name(missing),
            help_=f"import or define `{missing}` in the module of `{self._name}`"
            if missing is not None
            else "write a type",
        )

    def unresolved_field(self, class_name: str, hint: UnresolvedHint) -> None:
        """Report an annotation in the class of a result that cannot be evaluated."""
        self._problems.is_provider_unknown = True
        self._add(
            UNRESOLVED_ANNOTATION,
            f"the result of `{self._name}` cannot be split: the annotation `{hint.text}` of "
            f"`{class_name}.{hint.name}` names something that cannot be found",
            RETURN,
            help_=f"import or define it in the module of `{class_name}`",
        )

    def no_signature(self) -> None:
        """Report that the parameters cannot be read, as with some functions written in C."""
        self._add(
            MISUSED_DECORATOR,
            f"the parameters of `{self._name}` cannot be read",
            None,
            help_="wrap it in a function with annotations and decorate that",
        )

    def unsplittable(self, reason: str, help_: str) -> None:
        """Report a result that cannot be split as `outputs=` says."""
        self._add(
            BAD_OUTPUTS,
            f"the result of `{self._name}` cannot be split: {reason}",
            RETURN,
            help_=help_,
        )

    def unknown_parameter(
        self, written: object, source: object, known: Iterable[str]
    ) -> str | None:
        """Report a binding of a parameter that the function does not have.

        Returns:
            The parameter that was probably meant.
        """
        names = list(known)
        near = nearest(str(written), names)
        # What was meant for the misspelt parameter must not be missed in other places too.
        self._problems.unread_parameters.update(near)
        if isinstance(source, str):
            self._problems.unread_parameters.add(source.removeprefix(f"{INPUT}."))
        self._add(
            UNKNOWN_PARAMETER,
            f"`{self._name}` has no parameter `{written}`, which `inputs=` binds",
            None,
            notes=(f"its parameters are {_listed(names)}",) if names else ("it has none",),
            help_=f"did you mean `{near[0]}`?" if near else "remove it from `inputs=`",
        )
        return near[0] if near else None

    def bound_twice(self, parameter: str, places: Iterable[str]) -> None:
        """Report a parameter of which two places name the source."""
        self._problems.unread_parameters.add(parameter)
        self._add(
            BOUND_TWICE,
            f"`{parameter}` of `{self._name}` is bound twice: by {' and by '.join(places)}",
            parameter,
            help_="keep one of them",
        )

    def typed_twice(self, parameter: str, annotated: object, claimed: object) -> None:
        """Report a type in `inputs=` that is not the annotated one."""
        self._add(
            BOUND_TWICE,
            f"`{parameter}` of `{self._name}` is annotated `{display(annotated)}`, "
            f"but `inputs=` says `{display(claimed)}`",
            parameter,
            notes=("`inputs=` gives types only to parameters without an annotation",),
            help_=f'remove "{parameter}" from `inputs=`',
        )

    def unusable_source(self, parameter: str, value: object) -> None:
        """Report a binding to something that is no source, or no source for this parameter."""
        self._problems.unread_parameters.add(parameter)
        what = (
            "several sources, which only a parameter of type `All[...]` takes"
            if isinstance(value, list | tuple)
            else f"a value of type {type(value).__name__}, which is no source of values"
        )
        self._add(
            MISUSED_DECORATOR,
            f"`inputs=` binds `{parameter}` of `{self._name}` to {what}",
            parameter,
            help_='name a vertex, or an output as text: "vertex.output", "input.name"',
        )

    def _add(
        self,
        code: DiagnosticCode,
        message: str,
        parameter: str | None,
        *,
        notes: tuple[str, ...] = (),
        help_: str | None,
    ) -> None:
        place = location_of(self._fn, parameter)
        self._problems.add(
            self._order, Diagnostic(code, message, location=place, notes=notes, help=help_)
        )

    def _notes_on_name(self, missing: str | None) -> tuple[str, ...]:
        if missing is None:
            return ()
        near = did_you_mean(missing, getattr(self._fn, "__globals__", {}))
        reason = "names imported under `if TYPE_CHECKING:` do not exist at run time"
        return (reason,) if near is None else (near, reason)


def not_a_vertex(fn: object, order: int) -> Diagnostic:
    """Say that something without a declaration was given as a vertex."""
    if not callable(fn):
        return Diagnostic(
            NOT_A_VERTEX,
            f"vertex number {order + 1} of the flow is a value of type {type(fn).__name__}, "
            "not a function",
            location=caller_location(),
            help="give the decorated function itself, without calling it",
        )
    name = getattr(fn, "__name__", type(fn).__name__)
    return Diagnostic(
        NOT_A_VERTEX,
        f"`{name}` is not a vertex",
        location=location_of(fn),
        help="decorate it with @vertex",
    )


def bad_vertex_name(fn: Callable[..., object], name: str | None) -> Diagnostic:
    """Say that a vertex has no usable name."""
    if name == INPUT:
        message = f"a vertex cannot be called `{INPUT}`, which stands for the flow's own inputs"
        help_ = 'rename the function, or give another name: @vertex(name="...")'
    else:
        kind = "a lambda" if name == "<lambda>" else f"a {type(fn).__name__}"
        message = f"{kind} has no name to be called by in a flow"
        help_ = 'give it one: vertex(name="...")'
    return Diagnostic(BAD_VERTEX_NAME, message, location=location_of(fn), help=help_)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
