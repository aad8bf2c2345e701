"""A lab in user-mode Linux: a kernel that runs as an ordinary program, without root.

Its kernel has what the machine's own may lack: bonds, VLANs, VRFs, netem. Outside, a relay owns the
kernel and offers the lab's control channel as a socket; inside, the same supervisor runs as in
namespaces. Standard library only.
"""
