"""The examples for Kubernetes: as Kubernetes declares them, and as this project needs them."""

import ipaddress
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.main import get_command

from clearshard import keys
from clearshard.cli.entry import app
from clearshard.config import load_config

from .dockerfile import parse as parse_dockerfile
from .objects import check_all, objects

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "kubernetes"
FILES = {path.name: objects(path) for path in sorted(FOLDER.glob("*.yaml"))}
EVERYTHING = [one for found in FILES.values() for one in found]
USER = 10001


def _of(kind: str) -> dict[str, Any]:
    (one,) = [one for one in EVERYTHING if one["kind"] == kind]
    return one


CRON_JOB, RAY_JOB = _of("CronJob"), _of("RayJob")
JOB = CRON_JOB["spec"]["jobTemplate"]["spec"]
CLUSTER = RAY_JOB["spec"]["rayClusterSpec"]
GROUPS = [CLUSTER["headGroupSpec"], *CLUSTER["workerGroupSpecs"]]
PODS = {"night": JOB["template"], "head": GROUPS[0]["template"], "workers": GROUPS[1]["template"]}
EVERY_POD = pytest.mark.parametrize("pod", PODS.values(), ids=PODS.keys())


def test_the_files_hold_what_the_page_says() -> None:
    kinds = {name: [one["kind"] for one in found] for name, found in FILES.items()}
    assert kinds == {
        "nightly.yaml": ["ServiceAccount", "ConfigMap", "CronJob", "NetworkPolicy"],
        "on-ray.yaml": ["ConfigMap", "RayJob", "NetworkPolicy"],
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("concurrencyPolicy", "concurencyPolicy", "no such field: .*concurencyPolicy"),
        ("backoffLimit: 3", 'backoffLimit: "3"', "Expected `int"),
        ("readOnlyRootFilesystem", "readonlyRootFilesystem", "no such field"),
        ("  schedule:", "  # schedule:", "missing required field `schedule`"),
        ("restartPolicy: Never", "restartPolicy: Never\n          restartPolicy: Always", "twice"),
        ("kind: CronJob", "kind: CronJobs", "CronJobs"),
    ],
)
def test_a_mistake_in_them_would_be_found(old: str, new: str, problem: str) -> None:
    text = (FOLDER / "nightly.yaml").read_text("utf-8")
    assert old in text
    with pytest.raises((AssertionError, KeyError, msgspec.ValidationError), match=problem):
        check_all(text.replace(old, new, 1))


# What the pods may do.


@EVERY_POD
def test_a_pod_can_do_nothing_but_its_work(pod: dict[str, Any]) -> None:
    spec = pod["spec"]
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & spec.keys()
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]
    # Longer than the command needs to stop.
    assert spec["terminationGracePeriodSeconds"] > 10


def test_the_user_is_that_of_the_image() -> None:
    image = parse_dockerfile((ROOT / "Dockerfile").read_text("utf-8"))[1][-1]
    assert image.all("USER") == [f"{USER}:{USER}"]


@EVERY_POD
def test_what_is_mounted_is_there_and_is_needed(pod: dict[str, Any]) -> None:
    (container,) = pod["spec"]["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert mounts.keys() == volumes.keys()
    writable = {name for name, mount in mounts.items() if not mount.get("readOnly")}
    assert writable <= {"mirror", "tmp", "shm"}
    assert {"/tmp", "/srv/clearshard"} <= {mounts[name]["mountPath"] for name in writable}
    maps = {one["metadata"]["name"] for one in EVERYTHING if one["kind"] == "ConfigMap"}
    assert volumes["config"]["configMap"]["name"] in maps


def _paths(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (container,) = pod["spec"]["containers"]
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    return {m["mountPath"]: volumes[m["name"]] for m in container["volumeMounts"]}


@EVERY_POD
def test_a_mounted_key_is_one_that_the_project_takes(
    pod: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a secret are root's; with an `fsGroup` its group is given them, and may read."""
    secret = _paths(pod)["/etc/clearshard-keys"]["secret"]
    assert pod["spec"]["securityContext"]["fsGroup"] == USER
    monkeypatch.setattr("os.geteuid", lambda: USER)

    def problem(mode: int) -> str | None:
        mounted = stat.S_IFREG | mode | 0o440
        status = os.stat_result((mounted, 1, 1, 1, 0, USER, 65, 0, 0, 0))
        return keys._exposure(Path("key"), status, "VARIABLE")

    assert problem(secret["defaultMode"]) is None
    assert problem(0o644) is not None  # what Kubernetes does unless it is told


# What they do.


@pytest.mark.parametrize(
    ("name", "pods"), [("clearshard", ["night"]), ("clearshard-ray", ["head", "workers"])]
)
def test_the_configuration_is_one(name: str, pods: list[str], tmp_path: Path) -> None:
    (map_,) = [o for o in EVERYTHING if o["kind"] == "ConfigMap" and o["metadata"]["name"] == name]
    (text,) = map_["data"].values()
    (tmp_path / "job.toml").write_text(text)
    config = load_config(tmp_path / "job.toml")
    assert str(config.output.folder).startswith("s3://")
    for pod in pods:
        folders = _paths(PODS[pod])
        assert folders["/etc/clearshard"]["configMap"]["name"] == name
        files = [config.keys.file]
        if pod != "workers":  # nobody but the command signs
            files.append(config.keys.signing_file)
        for file in files:
            secret = folders[str(Path(file).parent)]["secret"]
            names = [item["path"] for item in secret.get("items", [])]
            assert not names or Path(file).name in names
        assert any(Path(str(config.output.mirror)).is_relative_to(folder) for folder in folders)
    for source in (config.sources.manifest, config.sources.registry, config.sources.transcripts):
        assert source.startswith("s3://")
    assert "signing" not in str(PODS["workers"])


def _takes(words: list[str]) -> None:
    """The command line is one that the command takes."""
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]  # it is a group
    command.make_context(words[0], words[1:])


def test_the_command_of_the_night_is_one() -> None:
    (container,) = PODS["night"]["spec"]["containers"]
    assert "command" not in container  # the image's, with no shell around it
    _takes(container["args"])
    _reads_its_configuration(container["args"], PODS["night"])


def test_the_command_on_the_cluster_is_one() -> None:
    words = shlex.split(RAY_JOB["spec"]["entrypoint"])
    assert words[0] == "clearshard"
    _reads_its_configuration(words, PODS["head"])
    _takes(words[1:])


def _reads_its_configuration(words: list[str], pod: dict[str, Any]) -> None:
    path = Path(words[words.index("--config") + 1])
    assert _paths(pod)[path.parent.as_posix()]["configMap"]
    assert path.name == "job.toml"


def test_the_cluster_is_of_what_the_image_holds() -> None:
    lock = (ROOT / "configs" / "lock" / "cluster.txt").read_text("utf-8")
    assert re.findall(r"^ray==(\S+)", lock, re.MULTILINE) == [CLUSTER["rayVersion"]]
    images = {p["spec"]["containers"][0]["image"] for p in (PODS["head"], PODS["workers"])}
    assert len(images) == 1
    assert CLUSTER["authOptions"] == {"mode": "token"}
    slots = sum(g["replicas"] * int(g["rayStartParams"]["num-cpus"]) for g in GROUPS[1:])
    assert f"--workers {slots} " in RAY_JOB["spec"]["entrypoint"]
    assert GROUPS[0]["rayStartParams"]["num-cpus"] == "0"


# What becomes of it.


def test_the_night_reacts_to_every_code() -> None:
    assert CRON_JOB["spec"]["concurrencyPolicy"] == "Forbid"
    actions: dict[int, str] = {}
    for rule in JOB["podFailurePolicy"]["rules"]:
        for code in rule.get("onExitCodes", {}).get("values", []):
            assert rule["onExitCodes"]["containerName"] == "clearshard"
            actions[code] = rule["action"]
    assert actions == {
        **dict.fromkeys((2, 3, 5, 6), "FailJob"),
        **dict.fromkeys((1, 4), "Count"),
    }
    first = JOB["podFailurePolicy"]["rules"][0]
    assert (first["action"], first["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
    assert JOB["template"]["spec"]["restartPolicy"] == "Never"  # what a podFailurePolicy needs
    assert JOB["backoffLimit"] == 3


def test_nobody_starts_again_what_ends_alike_on_a_cluster() -> None:
    assert RAY_JOB["spec"]["backoffLimit"] == 0


# Whom they reach.


def _policies() -> Iterator[dict[str, Any]]:
    return (one["spec"] for one in EVERYTHING if one["kind"] == "NetworkPolicy")


def test_every_pod_is_under_a_policy_for_both_directions() -> None:
    selected = [policy["podSelector"]["matchLabels"] for policy in _policies()]
    for pod in PODS.values():
        assert pod["metadata"]["labels"] in selected
    for policy in _policies():
        assert policy["podSelector"]["matchLabels"]
        assert {*policy["policyTypes"]} == {"Ingress", "Egress"}


def test_nobody_is_reached_but_who_is_named() -> None:
    for policy in _policies():
        for rule in policy["egress"]:
            assert rule["to"]
            for peer in rule["to"]:
                if "ipBlock" in peer:
                    assert ipaddress.ip_network(peer["ipBlock"]["cidr"]).num_addresses <= 256
                    assert {port["port"] for port in rule["ports"]} <= {443, 5432}
                else:
                    assert peer["podSelector"]["matchLabels"]
        for rule in policy.get("ingress", []):
            assert all(peer["podSelector"]["matchLabels"] for peer in rule["from"])
