"""The third judge: the contracts of a design, decided on what kernels and daemons of a lab say."""
