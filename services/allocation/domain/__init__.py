"""The rules of allocation.

``queue`` says whose turn it is, ``supply`` what stands where, ``desk`` who gets what, ``revising``
what is decided of a line later, ``outlook`` when the rest may come, ``reasons`` why, ``news`` why
a day is told anew.
"""
