"""The commands. Each is imported when it is called: together they take most of a second."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.main import get_group

from clearshard.cli.help import WholeSentences
from clearshard.collecting import seldom

#: Command → the module that has it, in the order of the help.
MODULES = {
    "run": "run",
    "gate": "gate",
    "detect": "detection",
    "eval": "detection",
    "bench": "bench",
    "mirror": "mirror",
    "doctor": "doctor",
    "audit": "audit",
    "purge": "purge",
    "export": "export",
    "keys": "keys",
    "policy": "policy",
    "retention": "retention",
}


class _WhenCalled(Mapping[str, Any]):
    """Name → command, or group of commands."""

    def __getitem__(self, name: str) -> Any:
        module = MODULES[name]
        with seldom():
            register = import_module(f"clearshard.cli.{module}").register
        app = typer.Typer(rich_markup_mode=None)
        register(app)
        return get_group(app).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class Commands(WholeSentences):
    """All of them."""

    def __init__(self, **attributes: Any) -> None:
        """Takes what the parser says of the group."""
        super().__init__(**{**attributes, "commands": _WhenCalled()})
