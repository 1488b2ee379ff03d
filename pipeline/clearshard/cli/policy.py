"""`policy show | check`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from clearshard.audit.faults import printable
from clearshard.cli.console import print_json, print_table, print_text
from clearshard.cli.help import WholeSentences
from clearshard.cli.options import JsonOption, MaybeConfigOption
from clearshard.config import Encryption, default_policy_text, load_config, read_text
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.errors import ConfigError

_EXIT = "Exit codes: 0 the policy is sound, 2 it is not."

app = typer.Typer(
    cls=WholeSentences, help="The rules in force.", no_args_is_help=True, rich_markup_mode=None
)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="policy")


_ARTICLED = {
    "boolean": "a flag",
    "integer": "a whole number",
    "time": "a time",
    "text": "a name",
}

FileArgument = Annotated[
    Path | None, typer.Argument(help="A policy. Default: the configured or built-in one.")
]


@app.command(epilog=_EXIT)
def show(
    file: FileArgument = None, config: MaybeConfigOption = None, as_json: JsonOption = False
) -> None:
    """The rules, each with the sentence it stands for."""
    policy = _load(file, config)
    if as_json:
        rules = policy.model_dump(mode="json", by_alias=True, exclude_none=True)
        print_json({"digest": policy.digest, **rules})
        return
    print_text(f"{policy.title}\ndigest {policy.digest}\n")
    for rule in policy.rules:
        print_text(f"{rule.reason}  [{rule.id}, reads {rule.fact}]")
        print_text(f"  {rule.description}")
        print_text(f'  "{rule.source}"\n')
    for fact, values in policy.also_called.items():
        for value, names in values.items():
            print_text(f"{fact} {value} is also called {', '.join(names)}")
    for name, provider in policy.providers.items():
        known = "" if provider.training_opted_out else "not "
        print_text(f"{name}: training is {known}opted out, checked on {provider.checked_on}")
    for name, own in policy.facts.items():
        place = f"column {own.column or name} of the {own.table}"
        print_text(f"{name} is {_ARTICLED[own.type]}: {place}")
    print_text("A fact that is missing or cannot be read denies as unknown_<fact>.")


@app.command(epilog=_EXIT)
def check(
    file: FileArgument = None, config: MaybeConfigOption = None, as_json: JsonOption = False
) -> None:
    """Is the policy readable, and does it say as much as the published one?

    Tells which providers of the LLM Gateway it takes for opted out, and when that was checked.
    With --config, rules that its policy.below_published names may be missing or weaker, and it says
    whether what lies in the output folder is encrypted.
    """
    from clearshard.run.accepted import accept_policy

    settings = None if config is None else load_config(config)
    waivers = () if settings is None else settings.policy.below_published
    text, name = _text(file, config)
    policy = accept_policy(text, name, waivers)
    today = datetime.now(UTC).date()
    if ahead := [*_checked_ahead(policy, today)]:
        raise ConfigError(name, ahead)
    if as_json:
        told: dict[str, Any] = {
            "digest": policy.digest,
            "rules": len(policy.rules),
            "providers": _providers(policy, today),
        }
        if waivers:
            told["below_published"] = [waiver.model_dump() for waiver in waivers]
        if settings is not None:
            told["encryption"] = settings.output.encryption
        print_json({"status": "sound", **told})
        return
    for waiver in waivers:
        print_text(f"below the published rule {waiver.rule}: {printable(waiver.reason)}")
    if settings is not None:
        print_text(_at_rest(settings.output.encryption))
    print_table(
        f"sound: {len(policy.rules)} rules, digest {policy.digest[:16]}",
        ("rule", "reason", "fact", "source"),
        [(r.id, r.reason, r.fact, r.source[:60] + "…") for r in policy.rules],
    )
    if policy.providers:
        print_table(
            "\nproviders of the LLM Gateway",
            ("provider", "training opted out", "checked on", "days ago"),
            [
                (name, "yes" if one["training_opted_out"] else "no", one["checked_on"], one["days"])
                for name, one in _providers(policy, today).items()
            ],
        )


def _providers(policy: Policy, today: date) -> dict[str, dict[str, Any]]:
    """State and age of the table of providers."""
    return {
        name: {**provider.model_dump(mode="json"), "days": provider.age_days(today)}
        for name, provider in policy.providers.items()
    }


def _checked_ahead(policy: Policy, today: date) -> Iterator[str]:
    for name, provider in policy.providers.items():
        # Of somebody whose day has begun already.
        if provider.age_days(today) < -1:
            yield f"providers.{name}.checked_on → is in the future: name the day of the last check"


def _load(file: Path | None, config: Path | None) -> Policy:
    return parse_policy(*_text(file, config))


def _at_rest(encryption: Encryption) -> str:
    """What is encrypted at rest, where the published policy states AES-128 or AES-256."""
    if encryption != "none":
        return f"at rest: shards and work in progress are encrypted ({encryption})"
    return (
        "at rest: nothing is encrypted by clearshard (output.encryption), and the published policy "
        "states AES-128 or AES-256: the disk or the bucket must do it"
    )


def _text(file: Path | None, config: Path | None) -> tuple[str, str]:
    """The policy that is meant, and the name to use for it in errors."""
    if file is not None:
        return read_text(file), str(file)
    if config is not None:
        return load_config(config).policy_text()
    return default_policy_text(), "default policy"
