"""Kubernetes objects of a file, read as strictly as a server with `fieldValidation=Strict` does."""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from lightkube.models import batch_v1, core_v1, networking_v1

#: What an object is declared as, by its kind; the models are made from the schema of Kubernetes.
KINDS: dict[tuple[str, str], type] = {
    ("v1", "ServiceAccount"): core_v1.ServiceAccount,
    ("v1", "ConfigMap"): core_v1.ConfigMap,
    ("batch/v1", "CronJob"): batch_v1.CronJob,
    ("networking.k8s.io/v1", "NetworkPolicy"): networking_v1.NetworkPolicy,
}
#: Of KubeRay no schema can be had here: the fields of its API that the example uses, with their
#: types, by hand. What is a pod in it is declared as Kubernetes declares it.
RAY_JOB = {
    "entrypoint": str,
    "submissionMode": str,
    "backoffLimit": int,
    "shutdownAfterJobFinishes": bool,
    "ttlSecondsAfterFinished": int,
    "rayClusterSpec": dict,
}
RAY_CLUSTER = {
    "rayVersion": str,
    "authOptions": dict,
    "headGroupSpec": dict,
    "workerGroupSpecs": list,
}
HEAD_GROUP = {"rayStartParams": dict, "template": core_v1.PodTemplateSpec}
WORKER_GROUP = {
    **HEAD_GROUP,
    "groupName": str,
    "replicas": int,
    "minReplicas": int,
    "maxReplicas": int,
}


class _Strict(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML's readers take the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len({*keys}), f"a key is there twice: {keys}"
        return super().construct_mapping(node, deep)


def objects(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, checked."""
    return check_all(path.read_text("utf-8"))


def check_all(text: str) -> list[dict[str, Any]]:
    """The objects of a text, checked."""
    found = list(yaml.load_all(text, _Strict))
    for one in found:
        check(one)
    return found


def check(one: dict[str, Any]) -> None:
    """Passes if an object has declared fields alone, with values of their types."""
    if (one["apiVersion"], one["kind"]) == ("ray.io/v1", "RayJob"):
        assert one.keys() == {"apiVersion", "kind", "metadata", "spec"}
        _fields(one["spec"], RAY_JOB)
        cluster = one["spec"]["rayClusterSpec"]
        _fields(cluster, RAY_CLUSTER)
        _fields(cluster["headGroupSpec"], HEAD_GROUP)
        for group in cluster["workerGroupSpecs"]:
            _fields(group, WORKER_GROUP)
    else:
        declared(one, KINDS[one["apiVersion"], one["kind"]])


def _fields(node: dict[str, Any], fields: Mapping[str, type]) -> None:
    assert node.keys() == fields.keys()
    for name, kind in fields.items():
        declared(node[name], kind)


def declared(node: Any, kind: type) -> None:
    """Passes if a value is of a declared type, and holds nothing that is not declared."""
    made: Any = msgspec.convert(node, kind, strict=True)
    lost = [*_lost(node, msgspec.to_builtins(made), kind.__name__)]
    assert lost == [], f"no such field: {lost}"


def _lost(given: Any, kept: Any, where: str) -> Iterator[str]:
    if isinstance(given, dict):
        for name, value in given.items():
            if name in kept:
                yield from _lost(value, kept[name], f"{where}.{name}")
            else:
                yield f"{where}.{name}"
    elif isinstance(given, list):
        for number, value in enumerate(given):
            yield from _lost(value, kept[number], f"{where}[{number}]")
