"""`keys init | rotate | destroy | show`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clearshard.cli.console import print_json, print_table, print_text
from clearshard.cli.help import WholeSentences
from clearshard.cli.options import ActorOption, JsonOption, MaybeConfigOption, OutOption
from clearshard.config import Config, load_config, redaction_defaults
from clearshard.run.agent import this_agent
from clearshard.run.asked import now, output_folder

_EXIT = (
    "Exit codes: 0 done, 1 failed, 2 usage or configuration, 4 the key management service does not "
    "answer, 5 integrity check failed"
)

app = typer.Typer(
    cls=WholeSentences,
    help="The keys of a job: of pseudonyms, of the ledger, of encryption.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="keys")


class Which(StrEnum):
    """One of the keys that can be replaced."""

    SIGNING = "signing"
    ENCRYPTION = "encryption"


@app.command(epilog=f"{_EXIT}.")
def init(
    config: MaybeConfigOption = None, out: OutOption = None, as_json: JsonOption = False
) -> None:
    """Make the keys that are not there yet, readable by this user only, as the first run would."""
    from clearshard.run.keys.making import make_keys

    settings, folder = _named(config, out)
    made = make_keys(settings, folder)
    if as_json:
        keys = [{"name": k.name, "shown": k.shown, "file": k.file and str(k.file)} for k in made]
        print_json({"status": "done", "keys": keys})
        return
    for key in made:
        what = "was there" if key.file is None else f"made {key.file}"
        print_text(f"{key.name}: {what} ({key.shown})")
    print_text("Keep them safe, and keep them: a folder is begun and gone on with under one key.")


@app.command(epilog=f"{_EXIT}, 6 another run holds the lock.")
def rotate(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    only: Annotated[
        Which | None, typer.Option("--only", help="Replace this key alone. Default: both.")
    ] = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a new key sign the ledger, and wrap the keys of an encrypted folder with a new one.

    No shard is touched. The old keys are kept beside the new ones. Run it again where it was
    interrupted, and for each other folder that has the same keys.
    """
    from clearshard.run.keys.rotating import rotate_keys

    settings = redaction_defaults() if config is None else load_config(config)
    folder, who = output_folder(settings, out), this_agent(actor)
    done = rotate_keys(
        settings,
        folder,
        who,
        now,
        signing=only is not Which.ENCRYPTION,
        encryption=only is not Which.SIGNING,
    )
    if as_json:
        print_json(
            {
                "status": "done",
                "public_key": done.public_key,
                "wrapped_by": done.wrapped_by,
                "folder_key": done.folder_key,
                "kept": [str(path) for path in done.kept],
            }
        )
        return
    if done.public_key is not None:
        print_text(f"the ledger is signed from now on by {done.public_key}")
        print_text("tell whoever verifies")
    if done.wrapped_by is not None:
        print_text(f"the keys of {folder} are wrapped by {done.wrapped_by}")
        print_text(f"what is written from now on hangs on key {done.folder_key}")
    elif only is not Which.SIGNING:
        print_text("nothing is encrypted there")
    for path in done.kept:
        print_text(
            f"the old key is kept: {path}. Backups, and other folders that have it, need it; when "
            "none does, remove it"
        )


@app.command(epilog=f"{_EXIT}, 6 another run holds the lock.")
def destroy(
    key: Annotated[str, typer.Argument(help="A key of the folder, as `keys show` names it.")],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Destroy it. Without it nothing is, and all is told.")
    ] = False,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make all that hangs on a key of an encrypted folder unreadable, for everybody and for ever.

    The next run redacts those files again, as far as they are still eligible.
    """
    from clearshard.run.keys.destroying import destroy_key

    settings = redaction_defaults() if config is None else load_config(config)
    folder, who = output_folder(settings, out), this_agent(actor)
    done = destroy_key(settings, folder, key, who, now, execute=execute)
    if as_json:
        print_json({"status": "done" if execute else "planned", **done.to_dict()})
        return
    become = "became" if execute else "would become"
    print_text(f"{done.shards:,} shards with {done.transcripts:,} transcripts {become} unreadable")
    print_text(f"what is written from then on hangs on {done.in_use or 'a new key'}")
    if execute:
        print_text(
            "who has the key that wraps reads them still with a copy of the file of the folder's "
            "keys, in a backup or as a version of a bucket: remove those too"
        )
    else:
        print_text("nothing was done: --execute destroys it")


@app.command(epilog=f"{_EXIT}.")
def show(
    config: MaybeConfigOption = None, out: OutOption = None, as_json: JsonOption = False
) -> None:
    """Which keys there are, where, and what hangs on them; never a key itself."""
    from clearshard.run.keys.showing import show_keys

    shown = show_keys(*_named(config, out))
    if as_json:
        print_json(shown.to_dict())
        return
    fits = {True: "yes", False: "NO", None: "-"}
    rows = [(k.name, k.place, k.shown or "not there", fits[k.fits]) for k in shown.keys]
    print_table("keys", ("key", "where", "fingerprint", "of this folder"), rows)
    if shown.folder_keys:
        print_table(
            "keys of the folder, the one in use last",
            ("key", "made", "wrapped by", "to be had", "hang on it"),
            [(k.id, k.made_at, k.wrapped_by, fits[k.here], k.shards) for k in shown.folder_keys],
        )
    for key_id, count in shown.gone.items():
        print_text(f"{count:,} shards hang on key {key_id}, which is gone: nobody can read them")
    if shown.plain_shards:
        print_text(f"{shown.plain_shards:,} shards are not encrypted by clearshard")


def _named(config: Path | None, out: Path | None) -> tuple[Config, Path | None]:
    settings = redaction_defaults() if config is None else load_config(config)
    has_one = out is not None or settings.output.folder is not None
    return settings, output_folder(settings, out) if has_one else None
