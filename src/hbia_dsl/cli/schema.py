"""`hbia schema`: the JSON Schema of documents, for editors."""

from hbia_dsl.cli.text_output import print_or_write


def schema(*, output: str | None = None) -> int:
    """Print the JSON Schema of documents, for editors.

    Args:
        output: Write to this file, not to the terminal.
    """
    from json import dumps  # loaded where it is used

    from hbia_dsl.documents.json_schema import document_schema  # as above

    print_or_write(dumps(document_schema(), indent=2) + "\n", output)
    return 0
