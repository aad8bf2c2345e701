"""What every block of the vocabulary is made of."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from barefabric.topology import addresses, scalars, scalars_secrets, widen
from barefabric.topology.names import LONGEST

NAME_PATTERN = rf"^[A-Za-z][A-Za-z0-9-]{{0,{LONGEST - 1}}}$"
PREFIX_PATTERN = r"^[0-9A-Fa-f.:]+/[0-9]{1,3}$"


class Block(BaseModel):
    """Base of every block: unknown keys are errors, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    noun: ClassVar[str] = "this block"


def whole(low: int, high: int) -> BeforeValidator:
    """A whole number within bounds."""
    written = Annotated[int, Field(ge=low, le=high)]
    return BeforeValidator(
        lambda value: scalars.whole(value, low, high), json_schema_input_type=written
    )


def form(parse: Any, written: Any) -> BeforeValidator:
    """A value that ``parse`` reads; ``written`` is its type as it stands in a file."""
    return BeforeValidator(parse, json_schema_input_type=written)


_WrittenText = str | int
_WrittenName = Annotated[str, Field(pattern=NAME_PATTERN)]
_WrittenRange = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9,\[\]-]*$")]
_WrittenPrefix = Annotated[str, Field(pattern=PREFIX_PATTERN)]
_WrittenAddress = Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]+$")]
WrittenAsn = (
    Annotated[float, Field(ge=1, le=4294967294)]
    | Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
)
WrittenPorts = Annotated[str, Field(pattern=r"^\s*[0-9]+\s*[xX*]\s*[0-9]+\s*[gG]\s*$")]
WrittenTime = Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[0-9]+\s*(ms|s)$")]
WrittenSecret = Annotated[str, Field(pattern=r"^secret:\s*[A-Za-z0-9_.-]+\s*$")]

Text = Annotated[str, form(scalars.text, _WrittenText)]
Lines = Annotated[str, form(scalars.lines, str)]
Name = Annotated[str, form(widen.name, _WrittenName)]
RangeName = Annotated[str, form(widen.name_or_range, _WrittenRange)]
Prefix = Annotated[str, form(addresses.prefix, _WrittenPrefix)]
Address = Annotated[str, form(addresses.address, _WrittenAddress)]
Interface = Annotated[str, form(addresses.interface, _WrittenPrefix)]
AsNumber = Annotated[int, form(addresses.asn, WrittenAsn)]
Speed = Annotated[int, form(scalars.speed, Annotated[str, Field(pattern=r"^[0-9]+[gG]$")] | int)]
BfdInterval = Annotated[int, form(scalars.bfd_interval, WrittenTime)]
HoldTime = Annotated[int, form(scalars.hold_time, WrittenTime)]
Keepalive = Annotated[int, form(scalars.keepalive_time, WrittenTime)]
Secret = Annotated[str, form(scalars_secrets.secret_name, WrittenSecret)]
SecretReference = Annotated[str, form(scalars_secrets.secret_reference, str)]

Interfaces = Annotated[
    tuple[Interface, ...], form(widen.listed, _WrittenPrefix | list[_WrittenPrefix])
]
Strings = Annotated[tuple[Text, ...], form(widen.listed, _WrittenText | list[_WrittenText])]
Prefixes = Annotated[tuple[Prefix, ...], form(widen.listed, _WrittenPrefix | list[_WrittenPrefix])]
SomePrefixes = Annotated[
    tuple[Prefix, ...],
    form(widen.filled, _WrittenPrefix | Annotated[list[_WrittenPrefix], Field(min_length=1)]),
]
Addresses = Annotated[
    tuple[Address, ...], form(widen.listed, _WrittenAddress | list[_WrittenAddress])
]
Names = Annotated[tuple[str, ...], form(widen.names, _WrittenRange | list[_WrittenRange])]
