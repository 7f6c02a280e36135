"""What goes between WeChat and us over HTTP: pushes, pictures, links, the inbox."""
