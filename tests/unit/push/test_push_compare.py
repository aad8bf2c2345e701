"""Comparing texts: what is a difference, and what only looks like one."""

import re

from hypothesis import given
from hypothesis import strategies as st

from barefabric.push.compare import compare_blocks, compare_lines
from barefabric.push.masking import Mask
from barefabric.push.secrets import Secrets

NO_MASK = Mask("", Secrets({}))

EOS = """\
! Command: show running-config
! device: r1-leaf1 (DCS-7050SX3-48YC8, EOS-4.32.2F)
!
hostname r1-leaf1
!
interface Ethernet1
   description spine1
   mtu 9214
!
router bgp 65001
   router-id 10.255.0.1
   !
   address-family ipv4
      neighbor SPINES activate
!
end
"""
FRR = """\
frr version 8.4.4
frr defaults datacenter
hostname r1-leaf1
!
router bgp 65001
 bgp router-id 10.255.0.1
 !
 address-family ipv4 unicast
  network 10.255.0.1/32
 exit-address-family
exit
!
end
"""


def test_equal_texts_and_separators_are_no_difference() -> None:
    assert compare_blocks(EOS, EOS, NO_MASK) == ("", 0, 0, 0)
    bare = "\n".join(line for line in EOS.splitlines() if line.strip(" !") and line[0] != "!")
    assert compare_blocks(EOS, bare, NO_MASK) == ("", 0, 0, 0)
    no_exits = (
        FRR.replace(" exit-address-family\n", "").replace("exit\n", "").replace("8.4.4", "10")
    )
    assert compare_blocks(FRR, no_exits, NO_MASK) == ("", 0, 0, 0)


def test_the_order_of_blocks_means_nothing() -> None:
    blocks = re.split(r"^!\n", EOS, flags=re.MULTILINE)
    assert compare_blocks(EOS, "!\n".join(reversed(blocks)), NO_MASK).text == ""


def test_changes_stand_below_the_blocks_they_belong_to() -> None:
    new = EOS.replace("mtu 9214", "mtu 9000").replace(
        "      neighbor SPINES activate\n",
        "      neighbor SPINES activate\n      neighbor LEAVES activate\n",
    )
    new = new.replace("hostname r1-leaf1\n", "hostname r1-leaf1\nrouter bfd\n   interval 300\n")
    diff = compare_blocks(EOS, new, NO_MASK)
    assert diff.text.splitlines() == [
        "+router bfd",
        "+   interval 300",
        " interface Ethernet1",
        "-   mtu 9214",
        "+   mtu 9000",
        " router bgp 65001",
        "    address-family ipv4",
        "+      neighbor LEAVES activate",
    ]
    assert (diff.added, diff.removed) == (4, 1)


def test_a_block_that_goes_takes_its_lines_along() -> None:
    old = EOS + "interface Ethernet9\n   shutdown\n"
    diff = compare_blocks(old, EOS, NO_MASK)
    assert diff.text.splitlines() == ["-interface Ethernet9", "-   shutdown"]


def test_mode_comments_are_content() -> None:
    new = EOS.replace("   router-id", "   !! planned by hand\n   router-id")
    assert compare_blocks(EOS, new, NO_MASK).text.splitlines() == [
        " router bgp 65001",
        "+   !! planned by hand",
    ]


def test_an_encrypted_password_cannot_be_compared_with_a_placeholder() -> None:
    old = "router bgp 1\n   neighbor A password 7 xyz==\n   neighbor B password 7 xyz==\n"
    new = "router bgp 1\n   neighbor A password ${secret:a}\n"
    diff = compare_blocks(old, new, Mask(new, Secrets({})))
    assert diff.text.splitlines() == [" router bgp 1", "-   neighbor B password 7 <hidden>"]
    assert (diff.added, diff.removed, diff.uncompared) == (0, 1, 1)


def test_another_secret_in_its_place_is_a_difference() -> None:
    old, new = "neighbor A password ${secret:a}\n", "neighbor A password ${secret:b}\n"
    diff = compare_blocks(old, new, Mask(new, Secrets({})))
    assert diff.text.splitlines() == [
        "-neighbor A password ${secret:a}",
        "+neighbor A password ${secret:b}",
    ]


def test_other_files_are_compared_in_order() -> None:
    old = "# made by hand\nauto swp1\niface swp1\n    mtu 9000\n"
    new = "auto swp1\niface swp1\n    mtu 9216\n\n"
    diff = compare_lines(old, new, NO_MASK)
    assert diff.text.splitlines()[-2:] == ["-    mtu 9000", "+    mtu 9216"]
    assert (diff.added, diff.removed) == (1, 1)
    assert compare_lines(old, old + "\n# more\n", NO_MASK).text == ""


lines = st.lists(st.sampled_from(["a", "   b", "   c", "d", "      e", "!"]), max_size=12)


@given(lines, lines)
def test_two_texts_differ_by_as_many_lines_in_both_directions(
    old: list[str], new: list[str]
) -> None:
    there = compare_blocks("\n".join(old), "\n".join(new), NO_MASK)
    back = compare_blocks("\n".join(new), "\n".join(old), NO_MASK)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert compare_blocks("\n".join(old), "\n".join(old) + "\n", NO_MASK).text == ""
