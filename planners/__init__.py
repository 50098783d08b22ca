"""Planners: each turns its input into a Blueprint."""
