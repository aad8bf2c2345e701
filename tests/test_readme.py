"""What the README shows is what the commands print; its Make targets exist."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown() -> Iterator[tuple[str, str]]:
    """Commands and their output, in the order of the page."""
    for block in re.findall(r"```console\n(.*?)\n```", README, re.DOTALL):
        for part in re.split(r"^\$ fabric ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output.strip("\n")


def plain(text: str) -> str:
    """Without what differs from run to run: times and digests."""
    text = re.sub(r"\b\d+\.\d\d s\b", "N s", text)
    text = re.sub(r"\([0-9a-f]{4}\.\.\.\)|proven [0-9a-f]{8} \S+ \S+", "DIGEST", text)
    return re.sub(r" {2,}", "  ", text).strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("readme")
    ignored = shutil.ignore_patterns("*.lock")
    shutil.copytree(ROOT / "topologies", place / "topologies", ignore=ignored)
    return place


def test_the_page_shows_real_output(folder: Path) -> None:
    commands = list(shown())
    assert len(commands) >= 5
    for command, output in commands:
        done = subprocess.run(
            [sys.executable, "-c", "from barefabric.cli import main; main()", *command.split()],
            cwd=folder, capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "NO_COLOR": "1", "BATFISH_HOST": "off"},
        )  # fmt: skip
        assert plain(done.stdout + done.stderr) == plain(output), command


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https://)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_its_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
