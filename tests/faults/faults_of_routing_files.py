"""Faults in the text of one rendered file: sessions and policies.

As when a template is wrong, or somebody edits what was built. No intent of a device has them.
"""

from fault import Fault, Where
from fault_edits import both, config
from fault_fabrics import ALL, ON_FRR, ROUTED

LEAF, SPINE, BORDER = "r1-leaf1", "spine1", "border1"
BLOCK = r"(?:   .*\n)+!\n"

SESSIONS = [
    Fault(
        "not activated",
        both(SPINE, r" +neighbor LEAVES activate\n", ""),
        ALL,
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF012", "frr-routed": "BF020"},
    ),
    Fault(
        "shut down",
        both(LEAF, r"^( +)(neighbor SPINES timers .*\n)", r"\1\2\1neighbor SPINES shutdown\n"),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF011"},
    ),
    Fault(
        "left to the device's own timers",
        both(LEAF, r" +neighbor SPINES timers .*\n", ""),
        ALL,
        files="FI001",
        ends={"arista_eos": "yes"},
    ),
    Fault(
        "password in clear text",
        both(LEAF, r"\$\{secret:key\}", "hunter2"),
        ALL,
        files="FI001",
        ends="yes",
    ),
    Fault(
        "local AS left out",
        both(LEAF, r" +neighbor DEMO-CALICO local-as .*\n", ""),
        ALL,
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "source address left out",
        both(LEAF, r" +neighbor DEMO-CALICO update-source .*\n", ""),
        ROUTED,
        files="FI001",
        ends="yes",
    ),
    Fault(
        "import policy not attached",
        both(LEAF, r" +neighbor DEMO-CALICO route-map \S+ in\n", ""),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF022", "frr-routed": "BF022"},
    ),
    Fault(
        "import policy of one host not attached",
        both(LEAF, r" +neighbor \S+ route-map FROM-HOST-R1-NODE1 in\n", ""),
        ROUTED,
        files="FI001",
        batfish="BF022",
    ),
    Fault(
        "export policy not attached",
        both(BORDER, r" +neighbor WAN route-map \S+ out\n", ""),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF022", "frr-routed": "BF022"},
    ),
    Fault(
        "max-prefix left out", both(LEAF, r" +neighbor DEMO-CALICO max.*\n", ""), ALL, files="FI001"
    ),
    Fault(
        "graceful restart left on",
        config(
            (LEAF, r" +no graceful-restart-helper\n", ""),
            (LEAF, r" bgp graceful-restart-disable\n", ""),
        ),
        ALL,
        files="FI001",
    ),
    Fault(
        "next hop groups of zebra left on",
        config(frr=(LEAF, r"no zebra nexthop kernel enable\n", "")),
        ON_FRR,
        files="FI001",
    ),
    Fault(
        "line misspelt",
        both(LEAF, r"neighbor SPINES timers", "neighbour SPINES timers"),
        ALL,
        files="FI001",
        ends={"arista_eos": "yes"},
        batfish={"eos-bonds": "BF011", "frr-routed": "BF011"},
    ),
]

POLICIES = [
    Fault(
        "weight of the last resort left out",
        both(SPINE, r" +set weight 0\n", ""),
        ALL,
        files="FI001",
    ),
    Fault(
        "another community in the list of the last resort",
        both(LEAF, r"65000:250", "65000:251"),
        ALL,
        files="FI001",
    ),
    Fault(
        "mark of the last resort left out",
        both(SPINE, r" +set community 65000:250\n", ""),
        ALL,
        files="FI001",
    ),
    Fault(
        "communities added, not replaced",
        both(LEAF, r"(set community 65000:100)$", r"\1 additive"),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF041", "frr-routed": "BF041"},
    ),
    Fault(
        "prefix list left out",
        config(
            (LEAF, rf"ip prefix-list DEMO-CALICO\n{BLOCK}", ""),
            (LEAF, r"ip prefix-list DEMO-CALICO .*\n", ""),
        ),
        ALL,
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "prefix list misspelt where it is used",
        both(LEAF, r"(match ip address prefix-list) DEMO-CALICO", r"\1 DEMO-CALIC"),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "bounds of a prefix list left out",
        both(LEAF, r"(10\.64\.0\.0/16) ge 26 le 26", r"\1 le 32"),
        ALL,
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "list of communities left out",
        both(LEAF, r"^(?:bgp|ip) community-list .*\n", ""),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "policy left out",
        config(
            (LEAF, rf"route-map FROM-DEMO-CALICO permit 10\n{BLOCK}", ""),
            (LEAF, r"route-map FROM-DEMO-CALICO permit 10\n(?: .*\n)+exit\n", ""),
        ),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "a deny written as permit",
        both(BORDER, r"route-map FROM-SPINES deny 10", "route-map FROM-SPINES permit 10"),
        ALL,
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "connected routes not originated",
        both(LEAF, r" +redistribute connected .*\n", ""),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "default of last resort not originated",
        both(SPINE, r" +redistribute static .*\n", ""),
        ALL,
        files="FI001",
    ),
    Fault(
        "discard route left out", both(SPINE, r"ip route 0\.0\.0\.0/0 .*\n", ""), ALL, files="FI001"
    ),
    Fault(
        "discard route preferred",
        both(SPINE, r"(ip route 0\.0\.0\.0/0 \S+) 250", r"\1"),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "multipath left out",
        config(
            (LEAF, r" +maximum-paths .*\n", ""), (LEAF, r"maximum-paths \d+", "maximum-paths 1")
        ),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF030"},
    ),
    Fault(
        "paths of different ASNs not equal",
        config(frr=(SPINE, r" bgp bestpath as-path multipath-relax\n", "")),
        ON_FRR,
        files="FI001",
        batfish={"routed": "BF030"},
    ),
]

FAULTS = [fault._replace(where=Where.FILE) for fault in (*SESSIONS, *POLICIES)]
