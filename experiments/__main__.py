"""The command line `jishi`: a table of commands, each imported only when it is used.

A command is one line in `COMMANDS` and one function `<name>_command` beside the function it calls; its options are
typer's `Annotated` parameters.  Mistakes are raised as `UserError` and end here: one line each, exit code 2.
"""

import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "run": ("experiments.running:run_command", "Run a scenario and write its report."),
    "compare": ("experiments.comparing:compare_command", "Compare scenarios pair by pair, with intervals."),
    "lift": ("experiments.incrementality:lift_command", "Measure what each media or referral tactic really caused."),
    "together": ("experiments.combining:together_command", "Tell what the parts of a scenario contribute alone and together."),
    "optimise": ("experiments.optimise_job:optimise_command", "Find how to divide an extra budget over channels and tactics."),
    "contagion": ("experiments.causing:contagion_command", "Say what each channel of contagion causes, alone and together."),
    "rescues": ("experiments.rescuing:rescues_command", "Say what each rescue saves, costs, and saves for each yuan spent."),
    "scenarios": ("experiments.listing:scenarios_command", "List the scenarios that come with Jishi."),
    "describe": ("experiments.listing:describe_command", "Say what a scenario sets, with units and sources."),
    "sweep": ("experiments.sweeping:sweep_command", "Run a design of many runs; may be stopped and resumed."),
    "cluster-help": ("experiments.cluster_help:cluster_help_command", "Print the commands that start a cluster for sweeps."),
    "audit-data": ("experiments.auditing:audit_command", "List who saw which shared column about whom."),
    "repeat": ("experiments.repeating:repeat_command", "Run again from a run's own folder and check its numbers."),
    "export": ("experiments.exporting:export_command", "Write a run's tables as CSV, Parquet or Stata."),
    "stress": ("experiments.stressing:stress_command", "Stress a financial network given as CSV files."),
    "validate": ("experiments.validation:validate_command", "Test the model against published facts."),
}
IN_OUR_WORDS = (  # of click, and of the checks that newer versions of typer take from pydantic
    (r".*greater than or equal to (\S+)", r"must be at least \1"), (r".*less than or equal to (\S+)", r"must be at most \1"),
    (r".*is not in the range (\S+?)<=x<=(\S+)", r"must be \1 to \2"), (r".*is not in the range x>=(\S+)", r"must be at least \1"),
    (r".*valid integer.*", "must be a whole number"), (r"(Value error, )?'.*' is not one of ", "must be one of "),
)
SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
UsageError = typer.BadParameter.__base__  # of click, or of the copy of click inside typer


def known_commands() -> list[str]:
    """Names of the commands whose module is there."""
    return [name for name, (target, _) in COMMANDS.items() if find_spec(target.partition(":")[0])]


def load_command(name: str):
    """The command `name`, made from its function; this imports its module."""
    module, _, function = COMMANDS[name][0].partition(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(getattr(import_module(module), function))
    return typer.main.get_command(app)


class Commands(TyperGroup):
    """The commands of `COMMANDS`, known by name and loaded when called."""

    def list_commands(self, ctx):
        """Names, in the order of the table."""
        return known_commands()

    def get_command(self, ctx, name):
        """What help shows of a command, without importing it."""
        return TyperCommand(name, help=COMMANDS[name][1], rich_markup_mode=None) if name in COMMANDS else None

    def resolve_command(self, ctx, args):
        """The command to call; a scenario's name or file in its place means `run` it."""
        from sim.core.errors import UserError, did_you_mean

        known = known_commands()
        if args[0] not in known and (args[0].endswith(".toml") or (SCENARIOS / f"{args[0]}.toml").is_file()):
            args = ["run", *args]
        if args[0] not in known:
            words = [*known, *(file.stem for file in SCENARIOS.glob("*.toml"))]
            hint = did_you_mean(args[0], words) or "; jishi --help lists the commands"
            shown = "".join(letter if letter.isprintable() else "?" for letter in args[0][:100])
            raise UserError(f"no command or scenario '{shown}'{hint}")
        return args[0], load_command(args[0]), args[1:]


def print_version(wanted: bool):
    """Print what decides the numbers of a run: our version and those of what we stand on."""
    if wanted:
        from importlib.metadata import version

        from sim import __version__

        below = ", ".join(f"{name} {version(name)}" for name in ("mesa", "numpy", "numba"))
        print(f"jishi {__version__} (Python {sys.version.split()[0]}, {below})")
        raise typer.Exit


jishi = typer.Typer(name="jishi", cls=Commands, add_completion=False, rich_markup_mode=None)


@jishi.callback()
def options(version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True,
                                                  callback=print_version)] = False):
    """A laboratory for internet-finance markets: change one thing, learn what it causes.

    `jishi flash-rate` is short for `jishi run flash-rate`; `jishi COMMAND --help` says what a command takes.
    """


def say(*lines: str):
    """Print lines to the error stream, each under the program's name."""
    for line in lines:
        print(f"jishi: {line}", file=sys.stderr)


def in_our_words(error, arguments: list[str]) -> str:
    """What is wrong with an option, as `--workers 0: must be at least 1`, whichever library found it."""
    text = error.format_message().rstrip(".")
    found = re.match(r"Invalid value for '(--?[\w-]+)'(?: / '(-\w)')?: (.*)", text)
    if not found:
        return text
    names, what = [name for name in found.groups()[:2] if name], found[3]
    written = next((name for name in names for each in arguments if each == name or each.startswith(f"{name}=")), names[0])
    value = next((f" {each.partition('=')[2]}" for each in arguments if each.startswith(f"{written}=")), "")
    if written in arguments[:-1]:
        value = f" {arguments[arguments.index(written) + 1]}"
    for pattern, ours in IN_OUR_WORDS:
        what = re.sub(pattern, ours, what)
    return f"{written}{value}: {what}"


def main(arguments: list[str] | None = None):
    """Run the command line and exit: 0 done, 1 failed, 2 the user's mistake, 130 stopped by Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        from sim.core.errors import UserError, WorkLost
    except ImportError as error:  # most often: another package called `agents`
        say(str(error))
        sys.exit(1)
    try:
        code = typer.main.get_command(jishi).main(arguments or ["--help"], prog_name="jishi", standalone_mode=False)
    except UserError as error:
        say(*error.lines)
        code = 2
    except UsageError as error:
        command = error.ctx.command_path if error.ctx else "jishi"
        say(f"{in_our_words(error, arguments)}; {command} --help lists what it takes")
        code = 2
    except WorkLost as error:
        say(str(error))
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    if code == 130:
        say("stopped; what was finished is kept")
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
