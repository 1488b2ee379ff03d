"""Typed, strict configuration: the only reader of configuration files; secrets are in `keys`.

Paths in a configuration file are relative to that file. Everything has a default but the sources,
which only the user can know. Unknown keys and wrong types are errors, all reported at once.

places    values that name a path, a bucket, a database, a host, a key
sections  what each setting may be
whole     `Config`, and the files that it names
loading   a file → a `Config`, or all that is wrong with it
"""

from clearshard.config.loading import MoreProblems, load_config, parse_config
from clearshard.config.places import KMS_KEY, is_bucket, require_no_address
from clearshard.config.sections import (
    Encryption,
    Engine,
    Format,
    Housekeeping,
    Keys,
    Limits,
    Lineage,
    Metrics,
    OperatorName,
    Output,
    PolicySource,
    Profile,
    Redaction,
    Retention,
    ShardPeriod,
    Sources,
    Waiver,
)
from clearshard.config.whole import Config, default_policy_text, read_text, redaction_defaults

__all__ = [
    "KMS_KEY",
    "Config",
    "Encryption",
    "Engine",
    "Format",
    "Housekeeping",
    "Keys",
    "Limits",
    "Lineage",
    "Metrics",
    "MoreProblems",
    "OperatorName",
    "Output",
    "PolicySource",
    "Profile",
    "Redaction",
    "Retention",
    "ShardPeriod",
    "Sources",
    "Waiver",
    "default_policy_text",
    "is_bucket",
    "load_config",
    "parse_config",
    "read_text",
    "redaction_defaults",
    "require_no_address",
]
