"""Where a policy of one's own is below the published one, and what was acknowledged of that.

The four rules of `policy.FLOOR` no policy can be without. Every other rule of the published policy
can be left out or weakened only by saying so, by name and with a reason. So can a name that the
published policy does not know be given to a value that it does not deny: what was not known, and
denied, is then admitted. A policy that says more than the published one is nobody's business.
"""

from collections.abc import Iterator, Sequence

from clearshard.config import Waiver
from clearshard.eligibility.policy import FLOOR, Condition, Policy, Rule
from clearshard.eligibility.values import KNOWN_VALUES

_BELOW = "which the published policy has not"
#: How other names are acknowledged; no rule of the published policy is called so.
OTHER_NAMES = "also_called"
_PLACE = {OTHER_NAMES: OTHER_NAMES}
_INSTEAD = {OTHER_NAMES: "leave them out"}


def problems_below(policy: Policy, published: Policy, waivers: Sequence[Waiver]) -> list[str]:
    """Everything that is wrong with a policy, or with what was acknowledged of it.

    Args:
        policy: The rules to be used.
        published: The rules that nothing may be below in silence.
        waivers: Published rules that may be missing or weaker.
    """
    below = {rule.id: why for rule in published.rules if (why := _weaker(policy, rule))}
    if more := [*_names_beyond(policy, published)]:
        below[OTHER_NAMES] = f"the published policy does not know {', '.join(more)}"
    always = {rule.id for rule in published.rules if rule.reason in FLOOR}
    names = [waiver.rule for waiver in waivers]
    problems = [
        f"{_PLACE.get(name, 'rules')} → {why}: name {name}, with a reason, in "
        f"policy.below_published, or {_INSTEAD.get(name, 'keep the rule')}"
        for name, why in below.items()
        if name not in names or name in always
    ]
    known = {OTHER_NAMES, *(rule.id for rule in published.rules)}
    for place, name in enumerate(names):
        told = f"policy.below_published.{place} → "
        if name not in known:
            problems.append(f"{told}the published policy has no rule of this name")
        elif name in always:
            problems.append(f"{told}{name} is a rule that no policy may be without")
        elif names.index(name) != place:
            problems.append(f"{told}{name} is named more than once")
        elif name not in below:
            problems.append(f"{told}the policy keeps the rule {name}: take the line out")
    return problems


def _names_beyond(policy: Policy, published: Policy) -> Iterator[str]:
    """Names that a policy reads as a value for which the published one does not deny by itself."""
    for fact, values in policy.also_called.items():
        about = [r for r in published.rules if r.fact == fact and r.only_if is None]
        denied = set[str]().union(*(_denied(r.denies, KNOWN_VALUES[fact]) for r in about))
        for value in sorted(values.keys() - denied):
            for name in values[value]:
                if published.readings.value(fact, name) != value:
                    yield name


def _weaker(policy: Policy, published: Rule) -> str | None:
    """In what a policy is below one published rule; None if one of its rules says as much."""
    about = [rule for rule in policy.rules if rule.fact == published.fact]
    shortfalls = [list(_shortfalls(rule, published)) for rule in about]
    if not all(shortfalls):
        return None
    asks = f"no rule says as much as {published.id} of the published policy"
    same = [s for rule, s in zip(about, shortfalls, strict=True) if rule.id == published.id]
    # The rule of the same name says best what is missing; without one, nobody knows which is meant.
    return f"{asks} ({', '.join(same[0])})" if same else f"{asks} ({published.reason})"


def _shortfalls(rule: Rule, published: Rule) -> Iterator[str]:
    """In what one rule is below a published one about the same fact; nothing if it is not."""
    if not _denies_as_much(rule.denies, published):
        yield "it excludes less"
    if rule.only_if is not None and (
        published.only_if is None
        or rule.only_if.fact != published.only_if.fact
        or not set(rule.only_if.in_) >= set(published.only_if.in_)
    ):
        yield f"it has a condition, {_BELOW}"
    if rule.optional and not published.optional:
        yield f"it is optional, {_BELOW}"
    if published.alert and not rule.alert:
        yield "it raises no alert"


def _denies_as_much(mine: Condition, published: Rule) -> bool:
    """Whether a condition holds wherever that of a published rule does."""
    theirs = published.denies
    # Whatever the rule says, a fact that is not known denies.
    if theirs.never or mine.present:
        return True
    if theirs.older_than_seconds is not None:
        most = mine.older_than_seconds
        return most is not None and most <= theirs.older_than_seconds
    if theirs.in_ is not None or theirs.not_in is not None:
        return _values_as_much(mine, published)
    return mine == theirs


def _values_as_much(mine: Condition, published: Rule) -> bool:
    theirs = published.denies
    known = KNOWN_VALUES.get(published.fact)
    if known is not None:
        return _denied(mine, known) >= _denied(theirs, known)
    if theirs.not_in is not None:
        return mine.not_in is not None and set(mine.not_in) <= set(theirs.not_in)
    denied = set(theirs.in_ or ())
    return set(mine.in_ or ()) >= denied or (
        mine.not_in is not None and denied.isdisjoint(mine.not_in)
    )


def _denied(condition: Condition, known: Sequence[str]) -> set[str]:
    """The values of a text fact that a condition excludes."""
    if condition.not_in is not None:
        return set(known) - set(condition.not_in)
    return set(condition.in_ or ())
