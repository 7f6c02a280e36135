"""Console pages about people: sign-in, residents, registrations, appointments, places, imports."""
