"""The files of one switch, as text."""

from collections.abc import Iterator

from barefabric.errors import fail
from barefabric.model.design import Design
from barefabric.model.intent import SwitchIntent
from barefabric.model.vendor import Dialect
from barefabric.render.environment import renderer
from barefabric.render.placeholder import placeholder
from barefabric.render.policy import policy_view
from barefabric.render.ports import any_unnumbered, bridging_view, port_views, speed_group_views
from barefabric.render.routing import bgp_view
from barefabric.render.view import SwitchView, UserView
from barefabric.vendors import catalogue

ADMINISTRATOR = "network-admin"
"""The role that may do everything, whatever a network OS calls it."""


def switch_files(design: Design, intent: SwitchIntent) -> Iterator[tuple[str, str]]:
    """Path (relative to ``switches/<name>/``) and text of each file that the switch loads.

    Files come in the order of the vendor's declaration; one without content is left out. Raises
    VE010 for a network OS without templates.
    """
    nos = intent.switch.nos
    vendor = catalogue.vendor(nos)
    if vendor is None or vendor.dialect is None:
        raise fail("VE010", f"there are no templates for {nos}")
    view = switch_view(design, intent, vendor.dialect)
    for path, template in vendor.dialect.files.items():
        text = renderer(nos, template)(switch=view)
        if text:
            yield path, text


def switch_view(design: Design, intent: SwitchIntent, dialect: Dialect) -> SwitchView:
    """The complete view of a switch in the words of its network OS."""
    settings = design.settings
    bgp = bgp_view(intent.bgp, intent.switch.role, dialect)
    unnumbered = any_unnumbered(intent)
    return SwitchView(
        name=intent.switch.name,
        management=intent.management,
        gateway=intent.management_gateway,
        management_port=dialect.management_port,
        loopback=intent.loopback,
        loopback_port=dialect.loopback,
        settings=settings,
        users=tuple(
            UserView(user.name, dialect.roles.get(user.role, user.role), placeholder(user.secret))
            for user in settings.users
        ),
        administrators=tuple(u.name for u in settings.users if u.role == ADMINISTRATOR),
        speed_groups=speed_group_views(intent, dialect),
        ports=port_views(intent, dialect),
        bridging=bridging_view(intent, dialect),
        bridged=any(not vlan.pair_only for vlan in intent.vlans),
        policy=policy_view(intent, bgp),
        bgp=bgp,
        unnumbered=unnumbered,
        extra=intent.extra,
        loopback6=intent.loopback6,
        ipv6=unnumbered or "ipv6" in intent.bgp.families,
    )
