"""The `toolgraph` command: a table of commands, each loaded when it is called."""

import errno
import importlib.metadata
import importlib.util
import logging
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from toolgraph.errors import InputError, ToolgraphError

COMMANDS: dict[str, tuple[str, str]] = {
    "import": ("toolgraph.cli.import_", "Read tools from whatever describes them."),
    "generate": ("toolgraph.cli.generate", "Synthesize dialogues over a catalogue of tools."),
    "graph": ("toolgraph.cli.graph", "Link the tools of a catalogue into a graph."),
    "sample": ("toolgraph.cli.sample", "Sample sets of related tools from a catalogue."),
    "compare": ("toolgraph.cli.compare", "Compare ways of sampling and planning on a catalogue."),
    "check": ("toolgraph.cli.check", "Check dialogues, ours or anyone's, and print what is wrong."),
    "metrics": ("toolgraph.cli.metrics", "Measure data sets, ours or anyone's, side by side."),
    "export": (
        "toolgraph.cli.export",
        "Write dialogues in a training format, or tools for other software.",
    ),
    "show": ("toolgraph.cli.show", "Print dialogues readably, with the source of every argument."),
    "doctor": ("toolgraph.cli.doctor", "Say what works before a run, and what to do about what does not."),
}
"""Each command's module and its help sentence; the module's `command` is the Click command."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a run."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; of a name that is none the nearest one is told.

        Raises:
            UsageError: there is no such command.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command '{name}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="toolgraph COMMAND --help says more. The exit code is 0 when all is done and well, 1 if the work could not "
    "be finished or something was found to be wrong, 2 if what was given cannot be used, 130 when interrupted.",
)
@click.version_option(package_name="toolgraph")
def cli() -> None:
    """Synthesize tool-calling dialogues from your own APIs, and prove where every argument came from."""


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr, 2 for the user's input and 1 for the work."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # a retry is no news; what comes of it is
    collision = colliding_package()
    if collision and sys.argv[1:2] != ["doctor"]:  # the doctor says so itself, among the rest
        click.echo(collision, err=True)
        sys.exit(1)
    try:
        cli(prog_name="toolgraph", standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        more = f" ({context.command_path} --help says more)" if context else ""
        click.echo(f"error: {error.format_message()}{more}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except ToolgraphError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except OSError as error:  # where a file cannot be written its command says so; this is standard output
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written is not tried again on the way out
        click.echo(f"error: cannot be written ({error.strerror}); make room and start again", err=True)
        sys.exit(1)


def colliding_package() -> str | None:
    """Return a sentence if `planners` or `agents` is another distribution's package and not toolgraph's own."""
    home = Path(__file__).parents[2]
    for name in ("planners", "agents"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).parent != home / name:
            owner = next(iter(importlib.metadata.packages_distributions().get(name, ["something else"])))
            return (
                f"the package '{name}' is not toolgraph's own but comes from {owner} ({spec and spec.origin}); "
                "install toolgraph in an environment of its own"
            )
    return None
