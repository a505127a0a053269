"""The rules of the dock: whose delivery a scan fills, what is still to come, what does not fit.

``lines`` is one supplier's delivery line, ``delivery`` all lines of a delivery number, ``scans``
what a scan says once it was corrected. Everything follows from all that is known, whatever came
first: a scan before its notice ends like the notice before its scan.
"""
