"""`hbia import FILE`: a document as a module of decorated functions, to be filled in."""

import os
from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure
from hbia_dsl.cli.document_file import check_readable
from hbia_dsl.cli.text_output import print_text, write_text


def import_document(
    file: str,
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
) -> int:
    """Write a document as a module of decorated functions to fill in.

    Args:
        file: The document.
        output: Write to this file, which must not be there yet, not to the terminal.
    """
    from hbia_dsl.cli.module_of_document import module_of_document  # loaded where it is used
    from hbia_dsl.documents.document_reading import read_document  # as above
    from hbia_dsl.documents.document_source import read_file  # as above
    from hbia_dsl.errors import DocumentError  # as above

    check_readable(file)
    try:
        document = read_document(read_file(file))
    except DocumentError as error:
        raise CommandFailure(str(error), exit_code=PROBLEMS, is_report=True) from error
    text = module_of_document(document, os.path.basename(file))
    if output is None:
        print_text(text)
    else:
        write_text(text, output, is_new=True)
        print(f"{output}: written")
    return 0
