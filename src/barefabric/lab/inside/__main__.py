"""``python3 -m barefabric.lab.inside PLAN FOLDER CHANNEL WITHIN``: process 1 of a lab."""

import sys

from barefabric.lab.inside.init import main

main(sys.argv[1:])
