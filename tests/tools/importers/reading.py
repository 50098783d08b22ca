"""Reading a document by one importer, as the tests of importers do."""

from toolgraph.tools.importers.items import Context, Found
from toolgraph.tools.spec import ToolSpec


def found_in(importer, document):
    """The tools that an importer finds."""
    return [item for item in importer.read(document, Context()) if isinstance(item, Found)]


def skipped_in(importer, document):
    """What an importer leaves out: place and reason."""
    return [tuple(item) for item in importer.read(document, Context()) if not isinstance(item, Found)]


def tool_in(importer, document):
    """The only tool in a document, and its repairs."""
    (item,) = found_in(importer, document)
    return ToolSpec.model_validate(item.fields), item.repairs
