"""What a kind of call consists of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..scene import Scene

Exchange = Callable[[Scene], None]
Script = tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """Why somebody rings.

    Attributes:
        problem: The script in which the caller says it.
        endings: Keys of the scenario's endings that settle it.
        trouble: Whether the agent has a reason to be sorry.
    """

    problem: Script
    endings: tuple[str, ...]
    trouble: bool = False


@dataclass(frozen=True)
class Scenario:
    """A kind of call, as lists from which each call takes some.

    Lines are written as in print; the style of a call changes them. `{slots}` are those of `Scene`,
    `A:` and `C:` are agent and caller, and ` | ` stands between wordings of the same line.

    Attributes:
        name: Ends up as `source` in the gold file.
        firms: Invented firms that take such calls.
        topic: What the call's reference is: `order`, `ticket` or `loyalty`.
        matters: Why people ring.
        checks: Questions that fit, each with how often it is asked.
        middles: Scripts that may come between.
        endings: Scripts in which a matter is settled, by key.
    """

    name: str
    firms: tuple[str, ...]
    topic: str
    matters: tuple[Matter, ...]
    checks: tuple[tuple[Exchange, float], ...]
    middles: tuple[Script, ...]
    endings: Mapping[str, Script]
