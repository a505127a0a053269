"""The rules of order intake.

``money`` says what a line costs, ``judging`` which orders are taken, ``lines`` how far each line
is, ``cancels`` what is asked back, ``troubles`` how an order stands with its payment, ``reasons``
why something was refused.
"""
