"""The curve of a detector on gold, for `clearshard eval --curve`."""

from contextlib import suppress
from pathlib import Path

from clearshard.config import Config, Profile
from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.evaluation.curve import OFFSETS, Curve
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.metrics import figures
from clearshard.run.detect import Evaluation, evaluate

#: Profiles with a tagger; each is compared with the other.
_OTHER: dict[Profile, Profile] = {"strict": "balanced", "balanced": "strict"}


def evaluate_with_curve(
    config: Config, gold: Path, workers: int, miss_limit: int
) -> tuple[Evaluation, Curve]:
    """What `evaluate` says, and the core figures with a tagger that is surer or less sure.

    Each text is read once for all of that, and once more with the other profile.

    Args:
        config: The detector.
        gold: As for `evaluate`.
        workers: Number of processes.
        miss_limit: As for `evaluate`.

    Raises:
        ConfigError: The profile has no tagger.
        SourceUnavailable: The gold cannot be read, or holds no core span.
    """
    profile = config.redaction.profile
    if profile not in _OTHER:
        problem = f"redaction.profile → {profile} has no tagger that could be more or less sure"
        raise ConfigError("--curve", [f"{problem}. Name one of {', '.join(sorted(_OTHER))}"])
    offsets = [offset for offset in OFFSETS if offset]
    own = evaluate(config, gold, workers, miss_limit, Variant.CORE, offsets)
    if not own.core.gold_spans:
        raise SourceUnavailable(
            f"{gold}: holds no personal data but dates, organisations and public figures; a curve "
            "needs some that can leak"
        )
    at = {0.0: figures(own.core)}
    at |= {offset: figures(c) for offset, c in zip(offsets, own.shifted, strict=True)}
    profiles = {profile: at[0.0]}
    # What is configured may name types that the other profile does not have.
    with suppress(ConfigError):
        other = evaluate(_with(config, _OTHER[profile]), gold, workers, 0, Variant.CORE)
        profiles[_OTHER[profile]] = figures(other.core)
    return own, Curve(
        profile,
        {offset: at[offset] for offset in sorted(at)},
        {name: profiles[name] for name in sorted(profiles, reverse=True)},
    )


def _with(config: Config, profile: Profile) -> Config:
    redaction = config.redaction.model_copy(update={"profile": profile})
    return config.model_copy(update={"redaction": redaction})
