"""The Dockerfile, read: pinned, not root, no secret, and everything that it copies is there."""

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from typer.main import get_command

from clearshard import keys
from clearshard.cli.entry import app

from .dockerfile import parse, seen

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
BEFORE, STAGES = parse(TEXT)
BUILD, IMAGE = STAGES
IGNORE = (ROOT / ".dockerignore").read_text("utf-8")
SEEN = frozenset(map(str, seen(ROOT, IGNORE)))
LOCKS = ROOT / "configs" / "lock"


def test_every_stage_stands_on_the_base_that_somebody_names() -> None:
    assert [(one.word, one.rest) for one in BEFORE] == [("ARG", "BASE")]  # and no default
    assert {stage.base for stage in STAGES} == {"${BASE}"}


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("docker.io/library/python:3.13-slim@sha256:" + "0" * 64, 0),
        ("docker.io/library/python:3.13-slim", 1),
        ("", 1),
    ],
)
def test_a_base_without_a_digest_ends_the_build(base: str, code: int) -> None:
    first = BUILD.all("RUN")[0]
    done = subprocess.run(["sh", "-c", first], env={"BASE": base}, capture_output=True, check=False)
    assert done.returncode == code


def test_the_process_is_not_root_and_gets_its_signals() -> None:
    assert IMAGE.all("USER") == ["10001:10001"]
    assert json.loads(IMAGE.all("ENTRYPOINT")[0]) == ["clearshard"]
    get_command(app).make_context(
        "clearshard", json.loads(IMAGE.all("CMD")[0]), resilient_parsing=True
    )
    assert IMAGE.all("STOPSIGNAL") == ["SIGTERM"]
    # What is copied after, or made by RUN, would belong to that user, who could change it.
    words = [one.word for one in IMAGE.instructions]
    assert not {"COPY", "RUN", "ADD"} & {*words[words.index("USER") :]}
    assert "--chown" not in TEXT
    assert "chmod" not in TEXT


def test_the_image_has_the_environment_and_nothing_of_the_build() -> None:
    assert IMAGE.all("COPY") == ["--from=build /opt/clearshard /opt/clearshard"]
    assert not IMAGE.all("ADD") + BUILD.all("ADD") + IMAGE.all("VOLUME") + IMAGE.all("EXPOSE")


def test_no_secret_comes_in() -> None:
    arguments = [rest.split("=")[0] for stage in STAGES for rest in stage.all("ARG")]
    assert {*arguments} == {"BASE", "LOCK"}
    variables = [value for name, value in vars(keys).items() if name.endswith("_VARIABLE")]
    assert len(variables) > 4
    assert not [name for name in variables if name in TEXT]
    (environment,) = IMAGE.all("ENV")
    assert not re.search(r"(?i)key|secret|token|passw", environment)
    assert "--mount=type=secret" not in TEXT
    assert not [
        name for name in SEEN if name.endswith(".key") or name.startswith(("data/", "build"))
    ]


@pytest.mark.parametrize("lock", ["image", "cluster"])
def test_what_is_copied_is_there_and_sent(lock: str) -> None:
    for rest in BUILD.all("COPY"):
        *sources, _ = rest.replace("${LOCK}", lock).split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert [name for name in SEEN if fnmatchcase(name, source.rstrip("/") + "*")], source


def test_all_of_the_wheel_is_sent() -> None:
    """What hatch takes into the wheel, of files that lie there for good."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [*wheel["force-include"], *wheel["packages"], *wheel["sbom-files"]]
    for name in [*needed, project["project"]["readme"], *project["project"]["license-files"]]:
        files = [path for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.is_file()]
        missing = {str(path.relative_to(ROOT)) for path in files} - SEEN
        assert files
        assert {name for name in missing if "__pycache__" not in name} == set()


def test_the_patterns_of_what_is_sent(tmp_path: Path) -> None:
    for name in ("a/x.py", "a/b/y.key", "a/b/__pycache__/z.pyc", "c.txt", "d/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    sent = seen(tmp_path, "# all\n*\n!a\n!d/*.txt\n**/*.key\n**/__pycache__\n")
    assert {str(path) for path in sent} == {"a/x.py", "d/e.txt"}


def test_whatever_is_installed_has_a_hash_and_is_a_wheel() -> None:
    for command in [c for run in BUILD.all("RUN") for c in run.split("&&") if "pip install" in c]:
        locked = "--require-hashes" in command and "--only-binary :all:" in command
        assert locked or "--no-index --no-deps dist/*.whl" in command, command
    assert not [run for run in IMAGE.all("RUN") if "pip" in run or "apt" in run]


def _versions(name: str) -> dict[str, str]:
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([\w.\-]+)==([^ ;]+)", text, re.MULTILINE))


def test_images_hold_what_is_tested() -> None:
    tested, image, cluster = _versions("dev"), _versions("image"), _versions("cluster")
    for name, versions in {
        "runtime": _versions("runtime"),
        "image": image,
        "build": _versions("build"),
    }.items():
        assert {p: v for p, v in versions.items() if tested.get(p) != v} == {}, name
    assert _versions("runtime").items() <= image.items() <= cluster.items()
    assert cluster["ray"] == tested["ray"]
    # What Ray's own servers need, and no test of the project has: its dashboard, which takes jobs.
    assert {p for p, v in cluster.items() if tested.get(p, v) != v} == set()
    assert {"obstore", "adbc-driver-postgresql"} <= image.keys()
    assert "ray" not in image


def test_the_label_is_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (label,) = IMAGE.all("LABEL")
    assert f'image.version="{project["version"]}"' in label
    assert f'image.licenses="{project["license"]}"' in label
