"""Pictures: taken in, cleaned, checked by WeChat, kept privately, and shown through links that end."""
