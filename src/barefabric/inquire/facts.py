"""What ``fabric why`` finds out, as values."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """A line of an answer: a label, a sentence, and where that can be looked up (``file:line``)."""

    label: str
    text: str
    place: str = ""


class Found(NamedTuple):
    """A place in a generated file where a value stands."""

    path: str
    line: int


@dataclass(frozen=True)
class Answer:
    """What one value is, and where it came from.

    ``value`` is the value as the design has it, ``sentence`` what it is and what it belongs to.
    ``used`` are places in the build, the first of them; ``more`` counts the rest.
    """

    value: str
    sentence: str
    facts: tuple[Fact, ...]
    used: tuple[Found, ...] = ()
    more: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {
            "value": self.value,
            "is": self.sentence,
            "facts": [fact._asdict() for fact in self.facts],
            "used_in": [found._asdict() for found in self.used],
            "used_in_more": self.more,
        }


@dataclass(frozen=True)
class Why:
    """The answers to one question. ``heading`` shows what was asked where that is a line."""

    asked: str
    answers: tuple[Answer, ...]
    heading: str = ""
    facts: tuple[Fact, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {
            "asked": self.asked,
            "heading": self.heading,
            "facts": [fact._asdict() for fact in self.facts],
            "answers": [answer.as_json() for answer in self.answers],
        }
