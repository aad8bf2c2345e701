"""Whether Batfish read every line, or may leave out those it did not."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from barefabric.model.contract import ContractKind
from barefabric.verify.batfish.case import Case, Outcome
from barefabric.verify.batfish.service import Row
from barefabric.verify.batfish.stations import INNER_NET

READ = ("PASSED", "PARTIALLY_UNRECOGNIZED")
"""Statuses of a file whose every unread line is reported."""


def check_parsing(case: Case) -> Outcome:
    """Every file read, every unread line excused by a rule, every node there."""
    outcome = Outcome(ContractKind.CHECK, contracts=4)
    statuses = case.ask("fileParseStatus")
    outcome.rows += len(case.snapshot.configs)
    outcome.fail(
        "BF010",
        "batfish/parse",
        "Batfish reads every rendered file",
        [f"{r['File_Name']}: {r['Status']}" for r in statuses if r["Status"] not in READ],
        cause="the file has syntax that Batfish cannot read at all",
    )
    found = {node["name"] for row in statuses for node in row["Nodes"] or ()}
    outcome.fail(
        "BF010",
        "batfish/nodes",
        "Batfish knows every device and no other",
        sorted(
            f"{n}: {'missing' if n not in found else 'not in the design'}"
            for n in found ^ case.snapshot.devices.keys()
        ),
    )
    _lines(case, outcome)
    _references(case, outcome)
    return outcome


def _lines(case: Case, outcome: Outcome) -> None:
    warnings = case.ask("parseWarning")
    outcome.rows += len(warnings)
    outcome.fail(
        "BF011",
        "batfish/lines",
        "Batfish reads every line that matters",
        [text for row in warnings if (text := _unexcused(case, row))],
        cause="the line is unknown to Batfish and not on the list of lines it may leave out",
        mend="vendor_templates/<nos>/batfish.toml: excuse the line with a reason, or rewrite it",
    )
    issues = [r for r in case.ask("initIssues") if r["Type"] != "Parse warning"]
    outcome.fail(
        "BF012",
        "batfish/issues",
        "Batfish makes a model of every device without an issue",
        [_issue(row) for row in issues],
    )


def _unexcused(case: Case, row: Row) -> str:
    """What to say of a warning, nothing for one that a rule excuses."""
    node = PurePosixPath(row["Filename"]).stem
    lines = case.snapshot.configs[node].splitlines()
    line = lines[row["Line"] - 1]
    if case.snapshot.dressings[node].excuses(line, row["Comment"]) is not None:
        return ""
    return f"{node} line {row['Line']}: {line.strip()} ({row['Comment']})"


def _issue(row: Row) -> str:
    where = ", ".join(_places(row)) or ", ".join(row["Nodes"] or ())
    return f"{where}: {row['Type']}: {str(row['Details']).partition(chr(10))[0]}"


def _places(row: Row) -> Iterator[str]:
    for lines in row["Source_Lines"] or ():
        yield f"{lines['filename']} line {lines['lines'][0]}"


def _references(case: Case, outcome: Outcome) -> None:
    rows = case.ask("undefinedReferences")
    outcome.rows += len(case.snapshot.configs)
    outcome.fail(
        "BF013",
        "batfish/references",
        "every name that a configuration uses is defined there",
        [f"{r['File_Name']}: {r['Struct_Type']} {r['Ref_Name']} ({r['Context']})" for r in rows],
        mend="define it, or take the reference out",
    )


def check_addresses(case: Case, shared: frozenset[str]) -> Outcome:
    """No address on two devices but those that are meant to be. ``shared`` are such addresses."""
    outcome = Outcome(ContractKind.CHECK, contracts=1)
    owners: dict[str, set[str]] = {}
    for row in case.ask("ipOwners"):
        if row["VRF"] == "default" and not row["IP"].startswith(INNER_NET):
            owners.setdefault(row["IP"], set()).add(row["Node"]["name"])
    outcome.rows = len(owners)
    outcome.fail(
        "BF014",
        "batfish/addresses",
        "no address is on two devices",
        [
            f"{ip}: {', '.join(sorted(nodes))}"
            for ip, nodes in sorted(owners.items())
            if len(nodes) > 1 and ip not in shared
        ],
    )
    return outcome
