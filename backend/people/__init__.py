"""Persons and the facts about them: sessions, residency, party registration, appointments, teams, consent."""
