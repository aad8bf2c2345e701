"""Keep secrets out of what people and logs see: diffs, messages of switches, exceptions.

A switch shows passwords of its own: encrypted, hashed, or in clear text, some that this tool never
knew. So a line is masked by its words, whatever its value is.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from barefabric.push.secrets import PLACEHOLDER, Secrets

HIDDEN = "<hidden>"

# The words after which a secret follows, as EOS, FRR, NX-OS, Junos and IOS write them.
_WORDS = (
    r"password|secret|passphrase|key-string|pre-shared-key|encrypted-password|community-key"
    r"|authentication-key(?:\s+\d+)?|message-digest-key\s+\d+"
    r"|(?<=snmp-server )community|(?<=\s)auth|(?<=\s)priv|key"
)
# How the value is encoded, if said: a digit, an algorithm, a word. No secret.
_TYPES = r"(?:(?:0|5|6|7|8|8a|9|md5|sha|sha1|sha256|sha512|aes|aes128|aes256|des|encrypted)\s+)*"
_SECRET = re.compile(rf"^(?P<head>.*?(?<![\w-])(?:{_WORDS}))\s+(?P<types>{_TYPES})(?P<value>\S.*)$")
_QUOTED = re.compile(r"'([^']*)'")
_FREE_TEXT = ("description ", "remark ")
# Certificates and private keys come as lines of base64.
_BASE64 = re.compile(r"^\s*[A-Za-z0-9+/]{40,}={0,2}\s*$")


class SecretLine(NamedTuple):
    """A line that holds a secret. ``key`` is what stands before it, without encoding and spaces."""

    key: str
    head: str
    types: str
    value: str

    @property
    def named(self) -> bool:
        """Whether the value is a placeholder and so no secret."""
        return PLACEHOLDER.search(self.value) is not None

    def show(self, value: str) -> str:
        """The line with another value."""
        return f"{self.head} {self.types}{value}"


def secret_line(line: str) -> SecretLine | None:
    """The parts of a line that holds a secret, or None for any other line."""
    if line.lstrip().startswith(_FREE_TEXT):
        return None
    if _BASE64.match(line):
        return SecretLine("base64", line[: len(line) - len(line.lstrip())], "", line.strip())
    match = _SECRET.match(line)
    if match is None:
        return None
    key = " ".join(match["head"].split())
    return SecretLine(key.removeprefix("no "), match["head"], match["types"], match["value"])


def without_secrets(text: str) -> str:
    """The text with empty lines in place of those that hold placeholders; the numbers stay."""
    return "".join(f"{'' if PLACEHOLDER.search(line) else line}\n" for line in text.splitlines())


class Mask:
    """Masks what one switch says. ``template`` is its configuration with placeholders."""

    def __init__(self, template: str, secrets: Secrets) -> None:
        self._secrets = secrets
        self._names: dict[str, str] = {}
        lines = (line for line in template.splitlines() if "${secret:" in line)
        for line in lines:
            found = secret_line(line)
            if found is None:
                continue
            # Two secrets under one key, as in two VRFs: which one is meant is not known.
            known = self._names.setdefault(found.key, found.value)
            if known != found.value:
                self._names[found.key] = HIDDEN

    def diff(self, text: str) -> str:
        """Mask a diff whose lines start with ``+``, ``-`` or a space.

        Old values are hidden, new ones are shown as their placeholder.
        """
        return "\n".join(self._diff_line(line) for line in text.splitlines())

    def forget(self, text: str) -> tuple[str, int]:
        """A diff without the lines whose secrets were left out of the candidate, and their number.

        A candidate without its passwords would remove them; that is not what a push does.
        """
        kept: list[str] = []
        left_out = 0
        for line in text.splitlines():
            found = secret_line(line[1:]) if line[:1] in {"+", "-"} else None
            if found is not None and found.key in self._names:
                left_out += 1
            else:
                kept.append(line)
        return "\n".join(_with_changes(kept)), left_out

    def _diff_line(self, line: str) -> str:
        """One line of a diff."""
        sign, body = (line[0], line[1:]) if line[:1] in {"+", "-", " "} else ("", line)
        return sign + self.line(body, new=sign != "-")

    def line(self, line: str, *, new: bool) -> str:
        """One line of a configuration; ``new`` where it is (also) a line of ours."""
        found = secret_line(line)
        if found is None:
            return self._secrets.hide(line)
        if found.named:
            return line
        ours = self._names.get(found.key, HIDDEN)
        return self._secrets.hide(found.head) + f" {found.types}{ours if new else HIDDEN}"

    def message(self, text: str) -> str:
        """What a switch or a library says: our values anywhere, others where a command is quoted.

        Sentences speak of passwords too, so the words alone prove nothing outside of quotes.
        """
        return _QUOTED.sub(self._quoted, self._secrets.hide(text))

    def _quoted(self, match: re.Match[str]) -> str:
        """A quoted command."""
        found = secret_line(match[1])
        if found is None or found.named:
            return match[0]
        return f"'{found.show(HIDDEN)}'"


def is_change(line: str) -> bool:
    """Whether a line of a diff adds or removes something; separators (``!``) mean nothing."""
    return line[:1] in {"+", "-"} and line[1:].strip() not in {"", "!"}


def count(lines: Iterable[str]) -> tuple[int, int]:
    """How many lines of a diff are added and removed."""
    signs = [line[0] for line in lines if is_change(line)]
    return signs.count("+"), signs.count("-")


def _with_changes(lines: list[str]) -> Iterator[str]:
    """Drop what shows no change: whole hunks of a unified diff, or blocks (their first lines)."""
    if not any(line.startswith("@@") for line in lines):
        yield from _blocks_with_changes(lines)
        return
    waiting: list[str] = []
    changed = False
    for line in [*lines, "@@"]:
        if line.startswith("@@"):
            yield from waiting if changed else ()
            waiting, changed = [], False
        waiting.append(line)
        changed = changed or is_change(line)


def _blocks_with_changes(lines: Iterable[str]) -> Iterator[str]:
    """The lines that change, below the blocks they belong to."""
    waiting: list[tuple[int, str]] = []
    for line in lines:
        depth = len(line[1:]) - len(line[1:].lstrip())
        waiting = [(above, text) for above, text in waiting if above < depth]
        if is_change(line):
            yield from (text for _, text in waiting)
            waiting = []
            yield line
        else:
            waiting.append((depth, line))
