"""The rules of allocation.

``queue`` says whose turn it is, ``supply`` what stands where, ``desk`` who gets what,
``outlook`` when the rest may come, ``reasons`` why.
"""
