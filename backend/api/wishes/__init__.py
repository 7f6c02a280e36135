"""Wishes over HTTP: the wall, writing and reviewing, claims, rounds."""
