"""A fabric of switches on loopback: a build on disk, an eAPI server for each switch asked."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from eapi_server import EapiServer, EapiSwitch
from push_fabrics import three_racks

from barefabric.push.dry_run import DryRunOptions, DryRunResult, dry_run

SECRET = "bgp-Pa55word"
LOGIN = "s3cret-login"

TEMPLATE = """\
! written by the tests
hostname {name}
!
username admin privilege 15 role network-admin secret sha512 ${{secret:admin}}
!
interface Ethernet1
   description spine1
   mtu 9214
   no switchport
   ip address 10.254.0.{number}/31
!
interface Loopback0
   ip address 10.255.0.{number}/32
!
ip routing
!
router bgp 65001
   router-id 10.255.0.{number}
   neighbor SPINES peer group
   neighbor SPINES remote-as 65000
   neighbor SPINES password ${{secret:fabric-bgp}}
   neighbor 10.254.0.0 peer group SPINES
   !
   address-family ipv4
      neighbor SPINES activate
!
vlan 100
   name RACK
!
end
"""
HASH = "$6$lab$0123456789abcdef"


class Lab:
    """The fabric: `config` is the build's text of a switch, `serve` starts one that runs `text`."""

    def __init__(self, folder: Path) -> None:
        fabric = three_racks()
        secrets = {"fabric-bgp": "env:LAB_BGP", "admin": "file:admin.hash"}
        self.design = replace(fabric, secrets=secrets)
        self.folder = folder
        self.build = folder / "build" / "three-racks"
        self.servers: dict[str, EapiServer] = {}
        self.environ = {
            "FABRIC_USERNAME": "fabric",
            "FABRIC_PASSWORD": LOGIN,
            "FABRIC_TRANSPORT": "http",
            "LAB_BGP": SECRET,
        }
        (folder / "admin.hash").write_text(HASH + "\n")
        for number, name in enumerate(self.design.switches, 1):
            self.write(name, TEMPLATE.format(name=name, number=number))

    def write(self, name: str, text: str) -> None:
        """Puts a configuration into the build."""
        path = self.build / "switches" / name / "startup-config"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def config(self, name: str) -> str:
        """The build's configuration, placeholders and all."""
        return (self.build / "switches" / name / "startup-config").read_text()

    def filled(self, name: str) -> str:
        """The same with its secrets, as the switch would have loaded it."""
        text = self.config(name).replace("${secret:fabric-bgp}", SECRET)
        return text.replace("${secret:admin}", HASH)

    def serve(
        self, name: str, text: str | None = None, certificate: Path | None = None
    ) -> EapiSwitch:
        """Starts a switch that runs this text, by default what the build says."""
        switch = EapiSwitch(self.filled(name) if text is None else text, name)
        switch.password = LOGIN
        self.servers[name] = EapiServer(switch, certificate)
        return switch

    def targets(self) -> tuple[str, ...]:
        """Where the servers listen."""
        return tuple(f"{name}=127.0.0.1:{s.port}" for name, s in self.servers.items())

    def run(self, **options: Any) -> DryRunResult:
        """A dry run against the switches that are served, unless `only` says otherwise."""
        facts = {
            "topology": self.folder / "three-racks.yaml",
            "only": tuple(self.servers),
            "targets": self.targets(),
            "environ": self.environ,
            "timeout": 5.0,
            "connect_timeout": 2.0,
            **options,
        }
        return dry_run(self.design, self.build, DryRunOptions(**facts))
