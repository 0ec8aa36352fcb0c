"""A room for looking at a training: a step in words, pictures, a page that shows it all.

Nothing here is needed to train, and nothing outside asks for it before somebody wants to look.
"""
