"""Typed edges: how likely an output of one tool feeds an input of another, from a few pieces of evidence."""
