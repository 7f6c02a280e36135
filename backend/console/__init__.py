"""Pages: the landing page and the hall's wall for everyone, and the staff console.

`frame.py` is how a console page is made; `pages.py` names all of them; one file of views and one folder of
templates for each noun. Rules stand in the capabilities: a page calls the same verbs as the API.
"""
