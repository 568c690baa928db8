"""Generates pairs of annotations, about half of them assignable, from a seed.

A form is a small tree. A pair is made by taking a form and a supertype of it, a form and
a variation of it, or two unrelated forms; otherwise nearly every pair would be a no.
"""

import random
from collections.abc import Callable, Iterator
from typing import Final

import attrs

from typeform_grammar import (
    CLASSES,
    LEAVES,
    ONE_PART,
    PROTOCOLS,
    STRUCTURAL,
    SUPERTYPES,
    THREE_PARTS,
    TWO_PARTS,
    WIDER,
)

ANY_LENGTH: Final = "..."


@attrs.frozen
class Form:
    """An annotation as a tree: a name, and what stands in its brackets."""

    head: str
    parts: "tuple[Form, ...]" = ()


def text(form: Form) -> str:
    """The annotation as source."""
    inner = [text(part) for part in form.parts]
    match form.head:
        case "|":
            return f"Union[{', '.join(inner)}]"
        case "Callable" if inner:
            *parameters, returns = inner
            listed = "..." if parameters == [ANY_LENGTH] else f"[{', '.join(parameters)}]"
            return f"Callable[{listed}, {returns}]"
        case head:
            return f"{head}[{', '.join(inner)}]" if inner else head


class PairGenerator:
    """Makes forms and pairs of forms from one source of randomness."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pairs(self, count: int) -> Iterator[tuple[Form, Form]]:
        """Yield pairs: the type of a value, and the annotation that it is to feed."""
        made = 0
        while made < count:
            source, target = self._pair()
            if _misleads_mypy(source, target):
                continue
            made += 1
            yield source, target

    def _pair(self) -> tuple[Form, Form]:
        chance = self._random.random()
        form = self.form(self._random.choice((0, 1, 1, 2, 2, 3)))
        if chance < 0.38:
            return form, self.wider(form)
        if chance < 0.50:
            return self.wider(form), form
        if chance < 0.76:
            return form, self.varied(self.wider(form))
        if chance < 0.84:
            return form, Form(self._random.choice(PROTOCOLS))
        return form, self.form(self._random.choice((0, 1, 2)))

    def form(self, depth: int) -> Form:
        """Make a form of at most this depth."""
        if depth <= 0:
            return self._leaf()

        def inner() -> Form:
            return self.form(self._random.randint(0, depth - 1))

        kind = self._random.randint(0, 13)
        if kind <= 4:
            return Form(self._random.choice(ONE_PART), (inner(),))
        if kind <= 6:
            return Form(self._random.choice(TWO_PARTS), (inner(), inner()))
        if kind == 7:
            return Form(self._random.choice(THREE_PARTS), (inner(), inner(), inner()))
        if kind == 8:
            return self._tuple(inner)
        if kind <= 10:
            return self._union([inner() for _ in range(self._random.choice((1, 2, 2, 3)))])
        if kind == 11:
            return self._callable(inner)
        if kind == 12:
            return Form("Annotated", (inner(), Form("'note'")))
        return self._class_object()

    def wider(self, form: Form) -> Form:
        """Make what is probably a supertype of a form."""
        chance = self._random.random()
        if chance < 0.06:
            return Form(self._random.choice(("object", "Any")))
        if chance < 0.16:
            return self._union([self._wider_at_top(form), self._leaf()])
        return self._wider_at_top(form)

    def varied(self, form: Form) -> Form:
        """Make a form that differs somewhere from this one, if only in a leaf."""
        if not form.parts or form.head in ("Annotated", "type"):
            return self._leaf() if self._random.random() < 0.5 else self._narrower(form)
        at = self._random.randrange(len(form.parts))
        if form.parts[at].head == ANY_LENGTH:
            return form
        parts = (*form.parts[:at], self.varied(form.parts[at]), *form.parts[at + 1 :])
        return Form(form.head, parts)

    def _leaf(self) -> Form:
        if self._random.random() < 0.08:
            return Form(self._random.choice(PROTOCOLS))
        return Form(self._random.choice(self._random.choice(LEAVES)))

    def _tuple(self, inner: Callable[[], Form]) -> Form:
        length = self._random.choice((0, 1, 2, 2, 3, -1, -1))
        if length < 0:
            return Form("tuple", (inner(), Form(ANY_LENGTH)))
        return Form("tuple", tuple(inner() for _ in range(length))) if length else Form("tuple[()]")

    def _union(self, items: list[Form]) -> Form:
        if self._random.random() < 0.3:
            items.append(Form("None"))
        return Form("|", tuple(dict.fromkeys(items)))

    def _callable(self, inner: Callable[[], Form]) -> Form:
        if self._random.random() < 0.2:
            return Form("Callable", (Form(ANY_LENGTH), inner()))
        parameters = [inner() for _ in range(self._random.choice((0, 1, 1, 2)))]
        return Form("Callable", (*parameters, inner()))

    def _class_object(self) -> Form:
        return Form("type", (Form(self._random.choice(CLASSES)),))

    def _wider_at_top(self, form: Form) -> Form:
        if self._random.random() < 0.1:
            return form
        if not form.parts:
            known = SUPERTYPES.get(form.head)
            return Form(self._random.choice(known)) if known else form
        match form.head:
            case "|":
                return self._union([self._wider_at_top(part) for part in form.parts])
            case "Callable":
                *parameters, returns = form.parts
                if parameters == [Form(ANY_LENGTH)] or self._random.random() < 0.1:
                    return Form("Callable", (Form(ANY_LENGTH), self.wider(returns)))
                narrowed = (self._narrower(parameter) for parameter in parameters)
                return Form("Callable", (*narrowed, self.wider(returns)))
            case "type":
                return Form("type", (self._wider_class(form.parts[0]),))
            case "Annotated":
                return self.wider(form.parts[0])
            case "tuple":
                return self._wider_tuple(form)
            case _:
                return self._wider_generic(form)

    def _wider_tuple(self, form: Form) -> Form:
        if len(form.parts) == 2 and form.parts[1].head == ANY_LENGTH:
            head = self._random.choice(("tuple", "Sequence", "Collection", "Iterable"))
            item = self.wider(form.parts[0])
            return Form(head, (item, form.parts[1]) if head == "tuple" else (item,))
        if form.parts and self._random.random() < 0.4:
            item = self._union([self.wider(part) for part in form.parts])
            head = self._random.choice(("tuple", "Sequence", "Collection", "Iterable", "Container"))
            return Form(head, (item, Form(ANY_LENGTH)) if head == "tuple" else (item,))
        return Form("tuple", tuple(self.wider(part) for part in form.parts))

    def _wider_generic(self, form: Form) -> Form:
        head = form.head
        if self._random.random() < 0.6:
            head = self._random.choice(WIDER.get(head, (head,)))
        exactly = self._random.random() < 0.5  # the only way for invariant ones
        parts = form.parts if exactly else tuple(self._wider_at_top(part) for part in form.parts)
        if head != form.head:
            parts = _moved_parts(form, head, parts)
        return Form(head, parts)

    def _wider_class(self, form: Form) -> Form:
        return Form("User") if form.head == "Admin" else form

    def _narrower(self, form: Form) -> Form:
        below = [name for name, above in SUPERTYPES.items() if form.head in above]
        return Form(self._random.choice(below)) if below and not form.parts else form


def _names(form: Form) -> Iterator[str]:
    yield form.head
    for part in form.parts:
        yield from _names(part)


def _misleads_mypy(source: Form, target: Form) -> bool:
    """Whether mypy may remember the answer for `type[str]` and a protocol as that for `str`.

    Seen in mypy 2.4.1: after one pair of this kind, it gives a wrong answer to a later one.
    """
    in_source, in_target = set(_names(source)), set(_names(target))
    return "type" in in_source and not in_target.isdisjoint(STRUCTURAL)


def _moved_parts(form: Form, head: str, parts: tuple[Form, ...]) -> tuple[Form, ...]:
    """Give the arguments of a class to one of its bases."""
    match form.head, head:
        case ("Coroutine", "Awaitable"):
            return parts[2:]
        case ("Swapped", "Entry"):
            return (parts[1], parts[0])
        case ("ItemsView", "AbstractSet"):
            return (Form("tuple", parts),)
        case ("Counter", "Mapping"):
            return (*parts, Form("int"))
        case ("Frame" | "Table" | "Cell", "Mapping"):
            return (Form("str"), *parts)
        case ("enumerate", "Iterator"):
            return (Form("tuple", (Form("int"), *parts)),)
        case _ if head in ONE_PART:
            return parts[:1]
        case _:
            return parts
