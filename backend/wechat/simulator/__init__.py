"""A stand-in for WeChat, strict about its contract, that runs where no real one may be asked."""
