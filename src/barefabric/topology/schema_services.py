"""Services for switches, and statements of the user's own."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from barefabric.topology import addresses, scalars, widen
from barefabric.topology.schema_base import Block, SecretReference, Text, form, whole

_WrittenHost = Annotated[str, Field(pattern=r"^[0-9A-Za-z.:_-]+$")]
_WrittenWord = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]
Host = Annotated[str, form(scalars.host, _WrittenHost)]
Word = Annotated[str, form(scalars.word, _WrittenWord)]
Hosts = Annotated[tuple[Host, ...], form(widen.listed, _WrittenHost | list[_WrittenHost])]
Resolver = Annotated[str, form(addresses.address, _WrittenHost)]
Resolvers = Annotated[tuple[Resolver, ...], form(widen.listed, _WrittenHost | list[_WrittenHost])]


class User(Block):
    """A switch account; the secret holds a password hash."""

    noun: ClassVar[str] = "a user"

    name: Word = Field(description="Login name.")
    role: Word = Field("network-admin", description="Role, in the vendor's own word.")
    secret: SecretReference = Field(
        description="Name of the secret that holds the password's hash."
    )


class Settings(Block):
    """Services every switch is told about."""

    noun: ClassVar[str] = "settings"

    ntp: Hosts = Field((), description="NTP servers.")
    dns: Resolvers = Field((), description="DNS resolvers, by address.")
    domain: Host = Field("", description="DNS domain.")
    syslog: Hosts = Field((), description="Syslog receivers.")
    users: tuple[User, ...] = Field((), description="Accounts on the switches.")


Judge = Literal["built-in", "files", "batfish", "lab"]


class Push(Block):
    """What a build must have been proven by before it may be pushed."""

    noun: ClassVar[str] = "push"

    require: Annotated[tuple[Judge, ...], form(widen.listed, Judge | list[Judge])] = Field(
        ("built-in",), description="Judges that must have found the build sound."
    )
    failures: Annotated[int, whole(0, 2)] = Field(
        1, description="Things that were judged to fail at a time: 0, 1 or 2."
    )


class UserContract(Block):
    """A statement of the user's own; exactly one kind."""

    noun: ClassVar[str] = "a contract"

    name: Text = Field(description="Its name, for reports.")
    kind: Literal["reach", "never-reach", "survives", "max-path-length"]
    source: Text = ""
    target: Text = ""
    failures: Annotated[int, whole(1, 8)] = 1
    length: Annotated[int, whole(0, 64)] = 0


class Ends(Block):
    """From where to where."""

    source: str = Field(
        alias="from", description="A device, rack, pod, cluster or upstream router."
    )
    target: str = Field(
        alias="to", description="A device, rack, cluster, upstream router or prefix."
    )


class Survives(Ends):
    """How many failures leave a path."""

    failures: int = Field(1, ge=1, le=8, description="Links or switches that fail together.")


class MaxPathLength(Ends):
    """How long a path may be."""

    length: int = Field(ge=0, le=64, description="Links on the longest path.")


class WrittenContract(Block):
    """A contract as it stands in a file: a name and exactly one kind."""

    name: str = Field(description="Its name, for reports.")
    reach: Ends | None = Field(None, description="From there, that is reached.")
    never_reach: Ends | None = Field(
        None, alias="never-reach", description="From there, that is never reached."
    )
    survives: Survives | None = Field(None, description="Reached whatever fails.")
    max_path_length: MaxPathLength | None = Field(
        None, alias="max-path-length", description="Reached over at most so many switches."
    )
