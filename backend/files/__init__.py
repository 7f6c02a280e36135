"""Pictures: received, re-encoded, checked by WeChat, stored privately, and shown through links that expire."""
