"""Options in groups: help lists them under headings of their own."""

from collections.abc import Callable, Iterable
from typing import Any

import click

Row = tuple[str, str, dict[str, Any]]
"""An option: its name, the heading it stands under, and what `click.option` is told of it."""


class GroupedOption(click.Option):
    """An option that help lists under a heading of its own."""

    def __init__(self, *arguments: Any, group: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help lists its options in groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group under its heading; options of no group come first."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None and record[0]:
                groups.setdefault(getattr(parameter, "group", "Options"), []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)


def with_options(command: Callable[..., Any], options: Iterable[Row]) -> Callable[..., Any]:
    """Add options to a command, before those that it has."""
    for name, group, settings in reversed(list(options)):
        command = click.option(name, cls=GroupedOption, group=group, **settings)(command)
    return command
