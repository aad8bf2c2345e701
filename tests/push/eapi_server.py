"""A switch's eAPI on loopback: JSON-RPC over HTTP or HTTPS, with configuration sessions.

It speaks what Arista's "Command API" documents (runCmds, formats json and text, error 1002 with the
place of the command) and what NAPALM's eos driver and pyeapi send. A session has a configuration of
its own; diffs are computed from the two configurations. Faults can be put in by command.
"""

import base64
import difflib
import json
import re
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from eos_config import CliError, EosConfig

MAX_PENDING = 5


class EapiSwitch:
    """The state of one switch. `log` keeps every command it was sent, `aborted` the sessions that
    were taken back.
    """

    def __init__(self, running: str, hostname: str = "switch") -> None:
        self.hostname = hostname
        self.version = "4.32.2F"
        self.username = "fabric"
        self.password = "s3cret-login"
        self.running = load(running)
        self.sessions: dict[str, EosConfig] = {}
        self.log: list[str] = []
        self.aborted: list[str] = []
        self.delay: dict[str, float] = {}
        self.drop: set[str] = set()
        self.fail: dict[str, str] = {}
        self.lock = threading.Lock()
        self._session = ""

    # The commands that NAPALM's driver sends, as patterns; each method returns a result.

    def run(self, command: str, text: str | None) -> dict[str, Any]:
        """Runs one command. Raises CliError."""
        for pattern, message in self.fail.items():
            if re.search(pattern, command):
                raise CliError(message)
        if self._session and not command.startswith(
            ("configure session", "show ", "end", "enable")
        ):
            self._in_session(command, text)
            return {}
        for pattern, method in self._table():
            if found := re.fullmatch(pattern, command):
                return method(*found.groups())
        raise CliError(
            f"Invalid input (at token 0: '{command.split(maxsplit=1)[0] if command else ''}')"
        )

    def _table(self) -> tuple[tuple[str, Callable[..., dict[str, Any]]], ...]:
        return (
            (r"enable", dict),
            (r"end", self._end),
            (r"show version", self._show_version),
            (r"show hostname", self._show_hostname),
            (r"show running-config", self._show_running),
            (r"show configuration sessions(?: detail)?", self._show_sessions),
            (r"show session-config named (\S+) diffs", self._show_diffs),
            (r"configure session (\S+)", self._configure),
            (r"configure session (\S+) abort", self._abort),
            (r"configure session (\S+) commit", self._commit),
        )

    def _end(self) -> dict[str, Any]:
        self._session = ""
        return {}

    def _show_version(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "modelName": "DCS-7050SX3-48YC8-F",
            "mfgName": "Arista",
            "serialNumber": "JPE00000001",
            "uptime": 86400.0,
        }

    def _show_hostname(self) -> dict[str, Any]:
        return {"hostname": self.hostname, "fqdn": f"{self.hostname}.example.net"}

    def _show_running(self) -> dict[str, Any]:
        return {"output": self.running.text()}

    def _show_sessions(self) -> dict[str, Any]:
        states = {name: {"state": "pending", "instances": {}} for name in self.sessions}
        return {"sessions": states, "maxOpenSessions": MAX_PENDING, "maxSavedSessions": 1}

    def _configure(self, name: str) -> dict[str, Any]:
        if name not in self.sessions:
            if len(self.sessions) >= MAX_PENDING:
                raise CliError("Maximum number of pending sessions has been reached")
            self.sessions[name] = load(self.running.text())
        self.sessions[name].leave()
        self._session = name
        return {}

    def _in_session(self, command: str, text: str | None) -> None:
        if command == "rollback clean-config":
            self.sessions[self._session] = EosConfig()
        elif command == "abort":
            self._abort(self._session)
        else:
            self.sessions[self._session].enter(command, text)

    def _abort(self, name: str) -> dict[str, Any]:
        if self.sessions.pop(name, None) is None:
            raise CliError(f"Cannot abort session {name}: there is no such session")
        self.aborted.append(name)
        self._session = ""
        return {}

    def _commit(self, name: str) -> dict[str, Any]:
        self.running = self.sessions.pop(name)
        return {}

    def _show_diffs(self, name: str) -> dict[str, Any]:
        if name not in self.sessions:
            raise CliError(f"Session {name} does not exist")
        diff = difflib.unified_diff(
            self.running.text().splitlines(),
            self.sessions[name].text().splitlines(),
            "system:/running-config",
            f"session:/{name}-session-config",
            lineterm="",
        )
        return {"output": "".join(f"{line}\n" for line in diff)}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """A JSON-RPC answer to a JSON-RPC request. Commands of one request share their mode."""
        if request.get("method") != "runCmds":
            return {"error": {"code": -32601, "message": "Method not found"}}
        commands = request["params"]["cmds"]
        results: list[dict[str, Any]] = []
        with self.lock:
            self._session = ""
            for place, item in enumerate(commands, 1):
                command, text = (
                    (item["cmd"], item["input"]) if isinstance(item, dict) else (item, None)
                )
                self.log.append(command)
                for pattern, seconds in self.delay.items():
                    if re.search(pattern, command):
                        time.sleep(seconds)
                if any(re.search(pattern, command) for pattern in self.drop):
                    raise ConnectionAbortedError
                try:
                    results.append(self.run(command, text))
                except CliError as fault:
                    return {"error": _error(place, commands, command, str(fault), results)}
        return {"result": results}


def _error(
    place: int, commands: list[Any], command: str, text: str, results: list[dict[str, Any]]
) -> dict[str, Any]:
    """Error 1002: an invalid command, with the results of those before it."""
    message = f"CLI command {place} of {len(commands)} '{command}' failed: invalid command"
    return {"code": 1002, "message": message, "data": [*results, {"errors": [text]}]}


def load(text: str) -> EosConfig:
    """A configuration from its text, its blocks told by their indentation."""
    config = EosConfig()
    depths = [0]
    for line in text.splitlines():
        command = line.strip()
        if not command or command.startswith("!") or command == "end":
            continue
        depth = len(line) - len(line.lstrip())
        if depth > depths[-1]:
            depths.append(depth)
        while depth < depths[-1]:
            depths.pop()
            config.enter("exit")
        if not depth:
            config.leave()
        config.enter(command)
    return config


class EapiServer:
    """Serves a switch on 127.0.0.1 at a free port, until `close`."""

    def __init__(self, switch: EapiSwitch, certificate: Path | None = None) -> None:
        self.switch = switch
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(switch))
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.transport = "https" if certificate else "http"
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()


def _handler(switch: EapiSwitch) -> type[BaseHTTPRequestHandler]:
    """The handler class for one switch."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/command-api":
                self._send(404, b"Not found", "text/plain")
                return
            if not self._knows_user():
                text = b"Unable to authenticate user: Bad username/password combination\n"
                self._send(401, text, "text/plain")
                return
            request = json.loads(body)
            try:
                answer = switch.answer(request)
            except ConnectionAbortedError:
                self.close_connection = True
                self.connection.close()
                return
            answer |= {"jsonrpc": "2.0", "id": request["id"]}
            self._send(200, json.dumps(answer).encode(), "application/json-rpc")

        def _knows_user(self) -> bool:
            login = f"{switch.username}:{switch.password}".encode()
            return self.headers["Authorization"] == f"Basic {base64.b64encode(login).decode()}"

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing on stderr."""

    return Handler
