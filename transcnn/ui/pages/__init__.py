"""One folder a page, of one shape: page.py lays out, data.py asks the library, link.py is the
page's part of the link.
"""
