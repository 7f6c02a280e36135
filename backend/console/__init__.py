"""Pages: the landing page and the wish wall for everyone, and the staff console.

`frame/` is how a console page is made; each capability has a folder with its pages and, beside them, their
templates. Rules stand in the capabilities: a page calls the same actions as the API.
"""
