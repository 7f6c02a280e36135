"""A stand-in for WeChat that is strict about its contract, for development and tests."""
