"""Prove a design: computed routes and checks of the model, judged against the contracts."""
