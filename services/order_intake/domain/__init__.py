"""The rules of order intake.

``money`` says what a line costs, ``judging`` which orders are taken, ``lines`` how far each line
is, ``reasons`` why one was refused.
"""
