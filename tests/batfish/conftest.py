"""Tests that ask Batfish are collected only where a service answers.

Elsewhere its word is kept in `receipts/`, and test_batfish_receipts.py compares with that and says
that Batfish was not run.
"""

import importlib.util
import os

from barefabric.verify.batfish.service import address, answers

LIVE = importlib.util.find_spec("pybatfish") is not None and answers(address("", os.environ))

collect_ignore = [] if LIVE else ["test_batfish_live.py"]
