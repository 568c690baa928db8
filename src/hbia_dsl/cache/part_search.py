"""Which part a form has: the one place that configures cattrs for stored values.

cattrs keeps one hook for each form and finds it again. The hooks here are parts, which
write as well as read, because what is written depends on the declared form too.
"""

import enum
import functools
import pathlib
import typing
from collections.abc import Callable

import attrs
import cattrs

from hbia_dsl.cache.declared_fields import has_cached_fields
from hbia_dsl.cache.part_containers import container_part
from hbia_dsl.cache.part_escapes import Escapes
from hbia_dsl.cache.part_records import enum_part, extension_part, record_part
from hbia_dsl.cache.part_runtime import anything_part, class_part
from hbia_dsl.cache.part_scalars import scalar_part
from hbia_dsl.cache.part_unions import literal_part, union_part
from hbia_dsl.cache.value_part import Blobs, ValuePart
from hbia_dsl.structuring.declared_text import declared_text
from hbia_dsl.structuring.opened_form import UnresolvedFormError, opened
from hbia_dsl.structuring.union_members import is_union_form

_MOST_FORMS = 16_384
"""Forms made in functions would otherwise be kept for ever."""

_STOCK_CLASSES = (str, bytes, int, float, pathlib.Path, enum.Enum)
"""For these, and what derives from them, cattrs has hooks that go before all others."""


@attrs.frozen(eq=False)
class _Hook:
    """A part as cattrs keeps it."""

    part: ValuePart

    def __call__(self, data: object, form: object) -> object:
        """Read data that have no buffers beside them."""
        del form
        return self.part.read(data, Blobs())


@attrs.frozen(eq=False)
class _HookByForm:
    """Stands for several hooks: cattrs gives a derived class the hook of its base."""

    make: Callable[[object], _Hook]

    def __call__(self, data: object, form: object) -> object:
        return self.make(form)(data, form)


class PartSearch:
    """Finds the parts of forms, each once."""

    def __init__(self) -> None:
        self._escapes = Escapes(self.find)
        self._count = 0
        self._converter = cattrs.Converter()
        self._converter.register_structure_hook_factory(_any_form, self._hook)
        by_form = _HookByForm(functools.lru_cache(_MOST_FORMS)(self._hook))
        for cls in _STOCK_CLASSES:
            self._converter.register_structure_hook(cls, by_form)

    def find(self, form: object) -> ValuePart:
        """Return the part of a form.

        Args:
            form: A resolved annotation.

        Raises:
            UnresolvedFormError: The form names what is not there.
        """
        plain = opened(form)
        if plain is typing.LiteralString:
            plain = str
        if isinstance(plain, str | typing.ForwardRef):
            raise UnresolvedFormError(f"`{declared_text(plain)}` is not resolved")
        try:
            hash(plain)
        except TypeError:  # metadata without a hash: cattrs cannot look for it
            return self._build(plain)
        hook: object = self._converter.get_structure_hook(plain)
        if isinstance(hook, _HookByForm):
            hook = hook.make(plain)
        return typing.cast(_Hook, hook).part

    @property
    def is_full(self) -> bool:
        """Whether a new search should take over: cattrs forgets nothing."""
        return self._count >= _MOST_FORMS

    def _hook(self, form: object) -> _Hook:
        self._count += 1
        return _Hook(self._build(form))

    def _build(self, plain: object) -> ValuePart:
        escapes = self._escapes
        if plain is typing.Any or plain is object:
            return anything_part(plain, escapes)
        if is_union_form(plain):
            return union_part(plain, self.find)
        if typing.get_origin(plain) is typing.Literal:
            return literal_part(plain, escapes)
        if isinstance(plain, type) and issubclass(plain, enum.Enum):
            return enum_part(plain, escapes)
        found = scalar_part(plain, escapes) if isinstance(plain, type) else None
        if found is None and has_cached_fields(plain):
            return record_part(plain, escapes)
        return (
            found
            or container_part(plain, escapes)
            or extension_part(plain, escapes)
            or class_part(plain, escapes)
        )


def _any_form(form: object) -> bool:
    del form
    return True
