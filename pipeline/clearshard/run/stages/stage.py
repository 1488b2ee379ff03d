"""What a stage of a run is: a function with a name, and somebody may be told as it begins."""

from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

#: Told the name of each stage as it begins. What it raises ends the run there.
Observer = Callable[[str], None]


def nobody(stage: str) -> None:
    """Who observes a run that is not a test's."""


class Observed(Protocol):
    """What a stage belongs to."""

    @property
    def observer(self) -> Observer:
        """Told of its stages."""


P = ParamSpec("P")
Of = TypeVar("Of", bound=Observed)
Made = TypeVar("Made")


class Stage(Generic[Of, P, Made]):
    """A stage, as a function that tells the observer of its run that it begins.

    What comes before it is in the types: it is given what that has made, and nobody else makes it.

    Attributes:
        name: That of the function.
    """

    def __init__(self, function: Callable[Concatenate[Of, P], Made]) -> None:
        """Decorates the function; its first argument is what it belongs to."""
        self.name = function.__name__
        self.__doc__ = function.__doc__
        self._function = function

    def __call__(self, of: Of, *given: P.args, **named: P.kwargs) -> Made:
        """Tells the observer, and does what the function does."""
        of.observer(self.name)
        return self._function(of, *given, **named)
