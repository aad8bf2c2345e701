"""Commands and files over SSH, with a deadline for each, by paramiko."""

import time
from typing import Any, NamedTuple

CHUNK = 65536
MOST = 64 * 1024 * 1024


class Outcome(NamedTuple):
    """What a command came to."""

    status: int
    output: str
    errors: str


class Shell:
    """One SSH connection. ``timeout`` (seconds) is for connecting and for each command as a whole.

    Host keys must be known: those of the user's ``known_hosts`` or of the file given. A switch that
    nobody has met yet is refused, for the candidate carries passwords.
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._client: Any = None

    def open(self, username: str, password: str, key_file: str, known_hosts: str) -> None:
        """Connect and log in. Raises paramiko's exceptions and OSError."""
        import paramiko  # type: ignore[import-untyped]  # ships no types

        client = paramiko.SSHClient()
        client.load_system_host_keys()
        if known_hosts:
            client.load_host_keys(known_hosts)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            self._host,
            self._port,
            username=username,
            password=password or None,
            key_filename=key_file or None,
            timeout=self._timeout,
            banner_timeout=self._timeout,
            auth_timeout=self._timeout,
            allow_agent=not password and not key_file,
            look_for_keys=not password and not key_file,
        )
        self._client = client

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        transport = self._client.get_transport() if self._client is not None else None
        return bool(transport is not None and transport.is_active())

    def run(self, command: str) -> Outcome:
        """Run a command. Raises TimeoutError where it has not ended in time."""
        channel = self._client.get_transport().open_session(timeout=self._timeout)
        try:
            channel.exec_command(command)
            channel.shutdown_write()
            return self._collect(channel)
        finally:
            channel.close()

    def _collect(self, channel: Any) -> Outcome:
        """Read both streams up to the end of the command."""
        deadline = time.monotonic() + self._timeout
        output, errors = bytearray(), bytearray()
        while True:
            while channel.recv_ready():
                output += channel.recv(CHUNK)
            while channel.recv_stderr_ready():
                errors += channel.recv_stderr(CHUNK)
            ended = channel.exit_status_ready() and channel.eof_received
            if ended and not channel.recv_ready() and not channel.recv_stderr_ready():
                break
            if time.monotonic() > deadline or len(output) > MOST:
                raise TimeoutError
            time.sleep(0.005)
        decoded = (bytes(part).decode("utf-8", "replace") for part in (output, errors))
        return Outcome(channel.recv_exit_status(), *decoded)

    def write(self, path: str, text: str) -> None:
        """Write a file that only its owner can read. Raises OSError."""
        with self._client.open_sftp() as sftp:
            sftp.get_channel().settimeout(self._timeout)
            with sftp.open(path, "w") as file:
                file.chmod(0o600)
                file.set_pipelined(True)
                file.write(text)
