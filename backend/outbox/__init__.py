"""Notices: the in-app inbox, which is the record, and its delivery through WeChat, which is best effort."""
