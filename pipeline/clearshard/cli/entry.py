"""The command's entry point; the only place that turns errors into exit codes.

An error of this project says what to do and is shown as it is. Any other exception could quote its
input, so only its type and the places in the code are shown.
"""

import os
import signal
import sys
import types
from collections.abc import Mapping
from importlib import metadata
from types import MappingProxyType
from typing import Annotated

import typer

from clearshard.cli.commands import Commands
from clearshard.cli.console import print_json, print_text
from clearshard.cli.logs import JsonLog, LogFormat, chosen_format
from clearshard.cli.options import OWN_PROCESS
from clearshard.cli.signals import SIGNALS, interrupt
from clearshard.errors import (
    ClearshardError,
    Interrupted,
    InterruptedAtOnce,
    RunFailed,
    unexpected,
)
from clearshard.run.asked import now

_USAGE = 2
_INTERRUPTED = "Interrupted. Nothing became visible by halves; run again, and it continues."

app = typer.Typer(
    name="clearshard",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    # Of every command below it too.
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From submitted transcripts to redacted training shards, with proof.",
)


def _tell_version(asked: bool) -> None:
    if asked:
        print_text(f"clearshard {metadata.version('clearshard')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_tell_version,
            is_eager=True,
            help="The version, and nothing else.",
        ),
    ] = False,
) -> None:
    """From submitted transcripts to redacted training shards, with proof."""


def main() -> None:
    """Runs the command and exits with its code."""
    sys.excepthook = _nothing_of_the_input
    for number in SIGNALS:
        signal.signal(number, interrupt)
    sys.exit(_exit_code(sys.argv[1:], OWN_PROCESS))


def _exit_code(arguments: list[str], process: object = None) -> int:
    try:
        app(arguments, prog_name="clearshard", obj=process)
    except SystemExit as ended:  # how the parser ends, having shown usage errors itself
        code = ended.code if isinstance(ended.code, int) else RunFailed.exit_code
        return _fail("UsageError", code, None, arguments) if code == _USAGE else code
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return RunFailed.exit_code
    except ClearshardError as error:
        return _fail(type(error).__name__, error.exit_code, str(error), arguments, error.details)
    except (Interrupted, InterruptedAtOnce):
        return _fail("Interrupted", Interrupted.exit_code, _INTERRUPTED, arguments)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _fail(type(error).__name__, RunFailed.exit_code, unexpected(error), arguments)
    return 0


def _fail(
    kind: str,
    code: int,
    message: str | None,
    arguments: list[str],
    details: Mapping[str, object] = MappingProxyType({}),
) -> int:
    if message is not None:
        if chosen_format(arguments) is LogFormat.JSON:
            JsonLog(now).write("error", "failed", message, error=kind, exit_code=code)
        else:
            sys.stderr.write(f"clearshard: {message}\n")
    if "--json" in arguments:
        problem: dict[str, object] = {"status": "error", "exit_code": code, "error": kind}
        print_json({**problem, **details, **({} if message is None else {"message": message})})
    return code


def _nothing_of_the_input(
    kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
) -> None:
    sys.stderr.write(f"clearshard: {unexpected(error.with_traceback(trace))}\n")
