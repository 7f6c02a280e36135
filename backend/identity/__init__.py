"""Who is at the door: sessions, names and passwords, sign-in by scanning, joining a card to WeChat."""
