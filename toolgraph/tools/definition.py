"""Definition: a tool as a key, so that whatever depends on its definition alone is worked out once."""

from toolgraph.tools.spec import ToolSpec


class Definition:
    """A tool, equal to every other of the same name, description and schemas."""

    __slots__ = ("_hash", "tool")

    def __init__(self, tool: ToolSpec) -> None:
        self.tool = tool
        self._hash = hash(tool.definition_key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.tool.definition_key == other.tool.definition_key

    def __hash__(self) -> int:
        return self._hash
