"""What a tool is: ToolSpec, its fields, and catalogues of tools."""
