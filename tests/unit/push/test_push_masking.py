"""What people see holds no password, whoever wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.push.masking import Mask, secret_line, without_secrets
from barefabric.push.secrets import Secrets

TEMPLATE = """\
username admin privilege 15 role network-admin secret sha512 ${secret:admin}
router bgp 65001
   neighbor SPINES password 0 ${secret:bgp}
   neighbor WAN password ${secret:wan}
"""
SECRETS = Secrets({"admin": "$6$salt$hash", "bgp": "bgp-Pa55word", "wan": "wan-Pa55word"})
MASK = Mask(TEMPLATE, SECRETS)

LINES = [
    ("neighbor SPINES password 7 {}", "neighbor SPINES password"),
    ("neighbor 10.0.0.1 password {}", "neighbor 10.0.0.1 password"),
    ("no neighbor FAB password {}", "neighbor FAB password"),
    ("username bob role admin secret sha512 {}", "username bob role admin secret"),
    ("username bob password 5 {} role network-admin", "username bob password"),
    ("enable secret 5 {}", "enable secret"),
    ("tacacs-server host 1.1.1.1 key 7 {}", "tacacs-server host 1.1.1.1 key"),
    ("radius-server key {}", "radius-server key"),
    ("ntp authentication-key 1 md5 7 {}", "ntp authentication-key 1"),
    ("ip ospf message-digest-key 1 md5 7 {}", "ip ospf message-digest-key 1"),
    ("snmp-server community {} ro", "snmp-server community"),
    ("snmp-server user u g v3 auth sha {} priv aes other", "snmp-server user u g v3 auth"),
    ("   key-string 7 {}", "key-string"),
    (
        "set system root-authentication encrypted-password {}",
        "set system root-authentication encrypted-password",
    ),
]
HARMLESS = [
    "set community 65000:250",
    "ip community-list LAST-RESORT permit 65000:250",
    "description password reset desk",
    "neighbor SPINES remote-as 65000",
    "service password-encryption",
    "ip prefix-list KEYS seq 10 permit 10.0.0.0/8",
    "interface Ethernet49/1",
]


@pytest.mark.parametrize(("line", "key"), LINES)
def test_lines_with_a_secret_are_known_by_their_words(line: str, key: str) -> None:
    found = secret_line(line.format("ShAdOw99"))
    assert found is not None
    assert (found.key, found.named) == (key, False)
    for sign in "+- ":
        assert "ShAdOw99" not in MASK.diff(sign + line.format("ShAdOw99"))


@pytest.mark.parametrize("line", HARMLESS)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert secret_line(line) is None
    assert MASK.diff(f"+   {line}") == f"+   {line}"


def test_new_values_are_shown_as_their_placeholder_old_ones_are_hidden() -> None:
    diff = """\
@@ -1 +1 @@
-   neighbor SPINES password 7 G+OE4xNEV5kc
+   neighbor SPINES password 7 b3njBpf4OUnG
    neighbor WAN password 7 AAAA
+   neighbor OTHER password wan-Pa55word
-   neighbor OTHER password wan-Pa55word
"""
    assert MASK.diff(diff).splitlines() == [
        "@@ -1 +1 @@",
        "-   neighbor SPINES password 7 <hidden>",
        "+   neighbor SPINES password 7 ${secret:bgp}",
        "    neighbor WAN password 7 ${secret:wan}",
        "+   neighbor OTHER password <hidden>",
        "-   neighbor OTHER password <hidden>",
    ]


def test_two_secrets_under_one_key_are_not_guessed() -> None:
    mask = Mask("neighbor A password ${secret:x}\nneighbor A password ${secret:y}\n", Secrets({}))
    assert mask.diff("+neighbor A password 7 zz") == "+neighbor A password 7 <hidden>"


def test_our_values_are_hidden_in_any_line() -> None:
    assert MASK.diff("+banner says bgp-Pa55word") == "+banner says ${secret:bgp}"


def test_private_keys_are_hidden() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDh1vY7Zk0cWv5a"
    assert body not in MASK.diff(f"-{body}\n {body}==")


def test_messages_hide_our_values_and_quoted_commands() -> None:
    said = "CLI command 4 of 9 'neighbor SPINES password 0 bgp-Pa55word' failed: invalid command"
    assert MASK.message(said) == said.replace("bgp-Pa55word", "${secret:bgp}")
    foreign = "command 'neighbor X password 7 ShAdOw99' failed"
    assert MASK.message(foreign) == "command 'neighbor X password 7 <hidden>' failed"
    plain = "Unable to authenticate user: Bad username/password combination"
    assert MASK.message(plain) == plain


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30),
    st.sampled_from(LINES),
)
def test_no_value_of_ours_comes_through(value: str, line: tuple[str, str]) -> None:
    mask = Mask("neighbor SPINES password ${secret:only}\n", Secrets({"only": value}))
    text = line[0].format(value)
    shown = mask.diff(f"+{text}\n-{text}\n free {value} text") + mask.message(f"it said {value}")
    assert value not in shown.replace("${secret:only}", "").replace("<hidden>", "").replace(
        line[1], ""
    )


def test_candidates_without_secrets_keep_the_numbers_of_their_lines() -> None:
    text = without_secrets(TEMPLATE)
    assert "secret" not in text
    assert text.splitlines()[1] == "router bgp 65001"
    assert len(text.splitlines()) == len(TEMPLATE.splitlines())


def test_what_a_candidate_left_out_is_no_change() -> None:
    diff = """\
@@ -1,3 +1,2 @@
 router bgp 65001
-   neighbor SPINES password 7 G+OE4xNEV5kc
    router-id 1.1.1.1
@@ -9 +8 @@
-   neighbor OTHER password 7 G+OE4xNEV5kc
+   neighbor OTHER maximum-routes 5
"""
    kept, left_out = MASK.forget(diff)
    assert left_out == 1
    assert kept.splitlines() == diff.splitlines()[4:]


def test_blocks_whose_only_change_was_left_out_are_gone() -> None:
    diff = """\
 router bgp 65001
- neighbor SPINES password old
 router bgp 65002
  address-family ipv4
-  neighbor WAN password old
  address-family ipv6
+  network ::/0
- neighbor X
"""
    kept, left_out = MASK.forget(diff)
    assert left_out == 2
    assert kept.splitlines() == [
        " router bgp 65002",
        "  address-family ipv6",
        "+  network ::/0",
        "- neighbor X",
    ]
