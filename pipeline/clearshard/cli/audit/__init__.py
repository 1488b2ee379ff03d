"""`audit`: what was decided, why, and does it still hold?

summary   the funnel, by run, reason, product, region and account
listing   `audit list`: decisions, filtered
explain   everything about one file
diff      two runs side by side
query     one question in SQL
report    all of it on one page
bundle    evidence that a stranger can check
verify    is everything on disk what was recorded?
"""

import typer

from clearshard.cli.audit import bundle, diff, explain, listing, query, report, summary, verify
from clearshard.cli.help import WholeSentences

app = typer.Typer(
    cls=WholeSentences,
    help="What was decided, why, and does it still hold?",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for verb in (summary, listing, explain, diff, query, report, bundle, verify):
    verb.register(app)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="audit")
