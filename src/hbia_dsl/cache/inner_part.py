"""The part of a form inside another one."""

from collections.abc import Collection

import attrs

from hbia_dsl.cache.value_part import Blobs, FindPart, ValuePart


@attrs.define(eq=False)
class Inner:
    """The part of a form inside another one, looked up at the first value."""

    find: FindPart
    form: object
    found: ValuePart | None = None

    def part(self) -> ValuePart:
        """Return the part."""
        if self.found is None:
            self.found = self.find(self.form)
        return self.found

    def write_all(self, items: Collection[object], blobs: Blobs) -> object:
        """Return the data of several values, as a list or as they stand."""
        part = self.found or self.part()
        if not blobs.careful and part.verbatim.issuperset(map(type, items)):
            return items if type(items) is list else list(items)
        write = part.write
        return [write(item, blobs) for item in items]

    def read_all(self, data: list[object], blobs: Blobs) -> list[object]:
        """Return the values of a list of data, which may be that list."""
        part = self.found or self.part()
        if part.verbatim.issuperset(map(type, data)):
            return data
        read = part.read
        return [read(item, blobs) for item in data]
