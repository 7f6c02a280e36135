"""Console pages about volunteering: activities, attendance, hours, certificates, teams."""
