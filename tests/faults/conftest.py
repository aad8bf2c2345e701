"""Tests that ask Batfish are collected only where a service answers.

Elsewhere its word is kept in `recorded.json`, and test_faults_recorded.py holds it to what Batfish
would be shown now.
"""

import importlib.util
import os

from barefabric.verify.batfish.service import address, answers

LIVE = importlib.util.find_spec("pybatfish") is not None and answers(address("", os.environ))

collect_ignore = [] if LIVE else ["test_faults_live.py"]
