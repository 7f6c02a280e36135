"""Persons over HTTP: signing in, profile, registrations, guardians, rights, places."""
