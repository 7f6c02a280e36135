"""What WeChat sends to us, and what belongs to it: pushes, pictures, links, the inbox."""
