"""JSON for the mini-program. `frame/` is how a route is made; each capability has a folder with its routes and schemas.

Rules stand in the capabilities: a route calls the same actions as a page of the console.
"""
