"""What a run may be configured to: the policy, and what of it had to be acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from clearshard.config import Config, Waiver, default_policy_text
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.eligibility.published import problems_below
from clearshard.errors import ConfigError
from clearshard.records.run import Waived
from clearshard.redaction.below_default import below_default


@dataclass(frozen=True, slots=True)
class Accepted:
    """A configuration that decisions may be taken by.

    Attributes:
        policy: Its rules.
        below_published: The published rules that they are below, as acknowledged.
        below_default: By what settings less is redacted than by default, in words.
    """

    policy: Policy
    below_published: tuple[Waived, ...]
    below_default: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """What everybody must know of a run that is configured like this."""
        waived = tuple(
            f"policy.below_published: the policy is below the published rule {one.rule} "
            f"(reason given: {one.reason})"
            for one in self.below_published
        )
        return waived + self.below_default


def accept(config: Config) -> Accepted:
    """Holds a configuration against the published policy and the default redaction.

    Raises:
        ConfigError: The policy is wrong, or below the published one in a way that
            `policy.below_published` does not name; or that names what the policy keeps.
    """
    waivers = config.policy.below_published
    policy = accept_policy(*config.policy_text(), waivers)
    waived = tuple(Waived(rule=waiver.rule, reason=waiver.reason) for waiver in waivers)
    return Accepted(policy, waived, below_default(config.redaction))


def accept_policy(text: str, name: str, waivers: Sequence[Waiver]) -> Policy:
    """Reads a policy and holds it against the published one.

    Args:
        text: TOML.
        name: What to call the policy in errors.
        waivers: What was acknowledged of it.

    Raises:
        ConfigError: See `accept`.
    """
    policy = parse_policy(text, name)
    problems = problems_below(policy, _published(), waivers)
    if problems:
        raise ConfigError(name, problems)
    return policy


@cache
def _published() -> Policy:
    return parse_policy(default_policy_text(), "default policy")
