"""Persons and the facts about them: residency, party registration, appointments and permissions, teams, consent."""
