"""Who is calling: sessions, passwords, sign-in by scanning, joining a paper card to a WeChat account."""
