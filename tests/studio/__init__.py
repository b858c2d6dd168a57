"""Tests of the window and its models."""
