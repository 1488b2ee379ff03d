"""What registry, requests for deletion and tombstones deny as of now leaves the shards."""

import pytest

from clearshard.audit.tombstones import Kind
from clearshard.audit.verify import verify
from clearshard.config import default_policy_text, load_config
from clearshard.errors import ConfigError, RunLocked, TooManyGone
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.purge.plan import plan_purge

from ..test_tombstones import place
from ..watching import at_stage
from ..world import AS_OF, World, transcript
from .worlds import FILES, SETTINGS, Change, events, holding, newest, purge, word


def changes(world: World, account_id: str, **facts: str) -> None:
    for account in world.accounts:
        if account["account_id"] == account_id:
            account.update(facts)
    world.write(SETTINGS)


def signs_a_baa(world: World) -> None:
    changes(world, "acct-a", baa_executed="true")


def opts_out(world: World) -> None:
    changes(world, "acct-a", opted_out="true")


def is_lost(world: World) -> None:
    world.accounts = [row for row in world.accounts if row["account_id"] != "acct-a"]
    world.write(SETTINGS)


def is_there_twice(world: World) -> None:
    world.account("Acct-A")
    world.write(SETTINGS)


def has_a_short_life(world: World) -> None:
    changes(world, "acct-a", ttl_seconds="3600")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (signs_a_baa, "baa_executed"),
        (opts_out, "opted_out"),
        (is_lost, "unknown_account"),
        pytest.param(is_there_twice, "conflicting_registry_rows", marks=pytest.mark.soak),
        pytest.param(has_a_short_life, "retention_expired", marks=pytest.mark.soak),
    ],
)
def test_what_the_registry_denies_now_goes(world: World, change: Change, reason: str) -> None:
    change(world)
    plan = plan_purge(world.out, Asked(), load_config(world.config), AS_OF, AS_OF)
    assert plan.reasons == {reason: FILES + 1}
    result = purge(world)
    assert {**plan.to_dict(), "as_of": 0} == {**result.plan.to_dict(), "as_of": 0}
    assert holding(world, word("a")) == []
    assert verify(world.out).faults == ()
    record = newest(world)
    assert world.decisions(record)["a-0"] == ("excluded", [reason])
    assert record.registry.sha256
    [placed] = events(world, "tombstones_placed")
    assert placed["count"] == {"accounts": 0, "files": FILES + 1}
    assert purge(world).receipt is None


def test_old_files_of_an_account_that_comes_back_do_not(world: World) -> None:
    opts_out(world)
    purge(world)
    changes(world, "acct-a", opted_out="false")
    world.file("a-new", "acct-a", transcript("good day", "a new beginning"))
    world.write(SETTINGS)
    decisions = world.decisions(world.run())
    assert decisions["a-0"] == ("excluded", ["deletion_requested"])
    assert decisions["a-new"] == ("written", [])
    assert holding(world, word("a")) == []


def test_an_account_of_the_eu_is_switched_on_by_mistake(world: World) -> None:
    """It was created with training switched on; its files were collected before anybody saw it."""
    world.account("acct-eu")
    world.file("eu-1", "acct-eu", transcript("good day", "from far away"))
    world.write(SETTINGS)
    world.run()
    assert holding(world, "from far away")
    changes(world, "acct-eu", training_permitted="false")
    result = purge(world)
    assert result.plan.reasons == {"contract_not_permitting": 1}
    assert holding(world, "from far away") == []
    assert verify(world.out).faults == ()


def test_a_request_for_deletion_in_the_manifest_goes(world: World) -> None:
    for file in world.files:
        if file["file_id"] == "b-1":
            file["deletion_requested_at"] = "2026-11-22T11:00:00Z"
        if file["file_id"] == "b-2":
            file["deletion_requested_at"] = "some day"
    world.write(SETTINGS)
    assert purge(world).plan.reasons == {"deletion_requested": 2}
    assert holding(world, f"{word('b')} 1") == holding(world, f"{word('b')} 2") == []
    assert verify(world.out).faults == ()


def test_a_request_that_arrives_between_gate_and_publication(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that is at work holds the folder: who asks is told, and asks again."""
    world.file("b-late", "acct-b", transcript("good day", f"very late {word('b')}"))
    world.write(SETTINGS)
    refused = []

    def asks() -> None:
        with pytest.raises(RunLocked) as locked:
            purge(world, "acct-b")
        refused.append(locked.value.exit_code)

    with monkeypatch.context() as patch:
        at_stage(patch, "announce", asks)
        world.run()
    assert refused == [6]
    assert len(holding(world, word("b"))) > 1
    purge(world, "acct-b")
    assert holding(world, word("b")) == []
    assert verify(world.out).faults == ()


def test_what_tombstones_name_already_goes(world: World) -> None:
    """A purge was killed behind them."""
    place(world, Kind.ACCOUNT, "acct-a")
    result = purge(world)
    assert result.plan.reasons == {"deletion_requested": FILES + 1}
    assert holding(world, word("a")) == []
    assert verify(world.out).faults == ()


def test_a_registry_that_loses_too_much_purges_nothing(world: World) -> None:
    world.accounts = world.accounts[:1]
    world.write(SETTINGS + "\n[limits]\n")
    text = world.config.read_text().replace("max_drop_share = 1.0", "max_drop_share = 0.5")
    world.config.write_text(text)
    with pytest.raises(TooManyGone):
        purge(world)
    assert events(world, "tombstones_placed") == []
    assert purge(world, accept_drop=True).plan.reasons == {"unknown_account": 5 * FILES + 2}
    assert verify(world.out).faults == ()


def test_a_registry_in_which_everybody_has_left_purges_nothing(world: World) -> None:
    """A run would be whole again the night after; what was purged stays out for ever."""
    for account in world.accounts:
        account["opted_out"] = "true"
    world.write(SETTINGS + "\n[limits]\n")
    text = world.config.read_text().replace("max_drop_share = 1.0", "max_drop_share = 0.5")
    world.config.write_text(text)
    with pytest.raises(TooManyGone, match=r"Run instead.*--accept-drop"):
        purge(world)
    assert events(world, "tombstones_placed") == []
    assert len(holding(world, word("a"))) > 0
    purge(world, "acct-a")  # was asked for by name
    assert purge(world, accept_drop=True).plan.reasons.keys() == {"opted_out"}


def test_purges_follow_each_other(world: World) -> None:
    opts_out(world)
    purge(world)
    changes(world, "acct-b", baa_executed="true")
    purge(world)
    purge(world, "acct-c")
    changes(world, "acct-a", ttl_seconds="60")
    changes(world, "acct-d", training_permitted="")
    purge(world)
    assert newest(world).counts.written == 5 + FILES
    assert verify(world.out).faults == ()
    decisions = world.decisions(newest(world))
    assert decisions["a-0"][1] == ["opted_out"]
    assert decisions["d-0"][1] == ["unknown_training_permitted"]
    world.run()
    assert newest(world).counts.written == 5 + FILES
    assert verify(world.out).faults == ()


OWN = """
[facts.consent]
table = "manifest"
type = "boolean"

[[rules]]
id = "consent"
fact = "consent"
denies = { is = false }
reason = "no_consent"
description = "Only with consent."
source = "the contract"
"""


def test_facts_that_were_never_stored_are_not_guessed(world: World) -> None:
    (world.root / "own.toml").write_text(default_policy_text() + OWN)
    with world.config.open("a") as config:
        config.write('[policy]\nfile = "own.toml"\n')
    head, *lines = (world.root / "files.csv").read_text().splitlines()
    more = [f"{head},consent", *(f"{line},true" for line in lines)]
    (world.root / "files.csv").write_text("\n".join(more) + "\n")
    with pytest.raises(ConfigError, match="consent is asked of files"):
        purge(world)
    world.run()
    accounts = (world.root / "accounts.csv").read_text()
    signed = accounts.replace("acct-a,true,false,false", "acct-a,true,true,false")
    (world.root / "accounts.csv").write_text(signed)
    assert purge(world).plan.reasons == {"baa_executed": FILES + 1}
    assert verify(world.out).faults == ()
