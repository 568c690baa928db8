"""The path of a handler, as text: `package.module.function`. Nothing is imported here."""

import keyword
from typing import Final

from hbia_dsl.documents.document_name import normal_form

LONGEST_PATH: Final = 300
"""Characters in a path, at the most."""


def fault_of_path(path: str) -> tuple[str, str] | None:
    """Return what keeps a text from being the path of a handler, and a way out.

    Returns:
        The end of a sentence that begins with the path, such as "names no module";
        None if it is a path.
    """
    if len(path) > LONGEST_PATH:
        return f"has more than {LONGEST_PATH} characters", "write `package.module.function`"
    parts = path.split(".")
    if ":" in path and all(part.isidentifier() for part in path.replace(":", ".").split(".")):
        return "has a colon", f"write `{path.replace(':', '.')}`"
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return "is not names with dots between them", "write `package.module.function`"
    normal = normal_form(path)
    if normal != path:
        return "has characters that Python writes otherwise", f"write `{normal}`"
    if len(parts) == 1:
        return "names no module", f"write the module too: `package.module.{path}`"
    private = next((part for part in parts if part.startswith("_")), None)
    if private is not None:
        return f"leads through the private name `{private}`", "give the function a public name"
    return None
