"""How faults of a local service are raised."""

from barefabric.errors import Diagnostic, OutsideError, Place


def outside(
    code: str, message: str, *, path: object = "", allowed: str = "", mend: str = ""
) -> OutsideError:
    """A fault of something outside: exit status 3."""
    places = (Place(str(path)),) if path else ()
    return OutsideError([Diagnostic(code, message, places, allowed=allowed, mend=mend)])
