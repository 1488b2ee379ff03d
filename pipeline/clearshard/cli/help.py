"""Lists of commands that say their sentences to the end."""

from typing import Any

from typer.core import TyperGroup

_WHOLE = 10_000


class WholeSentences(TyperGroup):
    """A group whose help breaks the sentence about a command where Click cuts it."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the commands with the first sentence of each."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(_WHOLE)))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
