"""What a configuration says is used, or refused with its place before anything is written."""

import pytest

from ..run.world import World
from .running import AS_OF, replayed, run


def test_all_errors_of_a_configuration_are_told_at_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.config.write_text(
        '[sources]\nmanifest = 3\n[limits]\nmax_quarantined_share = "lots"\nspeed = 1\n[nonsense]\n'
    )
    assert run("run", *replayed(world)) == 2
    told = capsys.readouterr().err
    for location in (
        "sources.manifest →",
        "sources.registry → is required",
        "limits.max_quarantined_share →",
        "limits.speed → unknown key",
        "nonsense → unknown key",
    ):
        assert location in told
    assert not world.out.exists()


@pytest.mark.parametrize(
    "setting",
    [
        "limits.max_transcript_bytes = 9223372036854775807",
        "limits.max_transcript_words = 9223372036854775807",
        "limits.worker_memory_bytes = 999999999999999999999999999999",
        "limits.seconds_per_file = 100000000",
        "limits.seconds_per_file = inf",
        "housekeeping.keep_checkpoints_days = 1000000",
        "housekeeping.keep_runs_days = nan",
        "housekeeping.keep_runs_days = -inf",
        "redaction.recognizers = nan",
        "redaction.entities = inf",
        "policy.file = nan",
        "policy.file = 2026-01-01",
        "redaction.keep_entities = [2026-01-01T00:00:00Z]",
        "output.folder = 12:00:00",
    ],
)
def test_what_is_set_is_used_or_refused(
    world: World, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    """Not taken for what was not set, and no number that is a defect later."""
    sources = world.config.read_text().partition("[limits]")[0]
    world.config.write_text(f"{setting}\nlimits.speed = 1\n{sources}")
    assert run("run", *replayed(world)) == 2
    told = capsys.readouterr().err
    assert f"  {setting.partition(' ')[0]}" in told
    assert "limits.speed → unknown key" in told
    assert not world.out.exists()


@pytest.mark.parametrize(
    ("extra", "location"),
    [
        ('[redaction]\nspacy_model = "no_such_model"\n', "redaction.spacy_model"),
        ('[redaction]\nentities = ["SHOE_SIZE"]\n', "SHOE_SIZE"),
        ('[redaction]\nrecognizers = "absent.yaml"\n', "absent.yaml"),
        ('[redaction]\noperator = "shred"\n', "redaction.operator"),
        ('[policy]\nfile = "absent.toml"\n', "absent.toml"),
    ],
)
def test_what_a_configuration_names_must_be_there(
    world: World, capsys: pytest.CaptureFixture[str], extra: str, location: str
) -> None:
    world.write(extra)
    assert run("run", *replayed(world)) == 2
    assert location in capsys.readouterr().err
    assert not world.out.exists()


@pytest.mark.parametrize("place", ["manifest", "registry", "transcripts"])
def test_an_address_of_a_store_is_no_path(
    world: World, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    text = world.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith(f"{place} ="))
    world.config.write_text(text.replace(line, f'{place} = "ftp://bucket/exports"'))
    assert run("gate", "--config", world.config) == 2
    assert f"sources.{place} → is the address of a store" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["s3://bucket/out", "gs://bucket", "s3:/bucket/out", "http://a"]
)
def test_nor_does_one_become_a_folder_here(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.chdir(world.root)
    before = sorted(world.root.iterdir())
    assert run("run", "--config", world.config, "--out", address, *AS_OF, "--replay") == 2
    assert "is the address of a store" in capsys.readouterr().err
    world.write(f'[output]\nfolder = "{address}"\n')
    assert run("run", "--config", world.config, *AS_OF, "--replay") == 2
    told = capsys.readouterr().err
    needs_a_mirror = address.startswith(("s3://", "gs://"))
    assert ("mirror is a folder" if needs_a_mirror else "is the address of a store") in told
    assert sorted(world.root.iterdir()) == before
