"""`validate_dsl`: the problems of a document as a list of lines."""

from collections.abc import Mapping


def validate_dsl(source: Mapping[str, object] | str | bytes) -> list[str]:
    """Return everything that is wrong with a flow document; nothing is imported.

    Args:
        source: The text of the document, whose problems then have line and column; or
            what a YAML or JSON parser made of one. Such data have lost duplicate keys,
            places, and the difference between an alias and a copy; prefer the text.

    Returns:
        One line a problem, in the order of the document; empty if there is none.

    Example:
        >>> validate_dsl("flow: {signup: {save: {handler: app.save, nxt: [mail]}}}")
        ['<text>:1:43: vertex `save` has an unknown key `nxt`']
    """
    from hbia_dsl.documents.document_reading import read_document  # loaded where it is used
    from hbia_dsl.documents.document_source import read_text  # as above
    from hbia_dsl.errors import DocumentError

    given: object = source  # of an empty document parsers make None, of others lists or texts
    try:
        if isinstance(given, str | bytes):
            read_document(read_text(given, "<text>"))
        else:
            read_document(source)  # type: ignore[arg-type]  # data of every kind are looked at
    except DocumentError as error:
        return error.errors
    return []
