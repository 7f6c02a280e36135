"""Notices: the in-app inbox, which is the record, and the WeChat delivery of it, which is a courtesy."""
