"""barefabric plans the network under Kubernetes on bare metal and generates what makes it run."""

__version__ = "0.1.0"
