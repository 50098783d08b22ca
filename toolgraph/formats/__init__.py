"""Training formats: one file per format, reading and writing."""

from toolgraph.formats.files import dialogue_file, read_dialogues
from toolgraph.formats.table import FORMATS, Format

__all__ = ["FORMATS", "Format", "dialogue_file", "read_dialogues"]
