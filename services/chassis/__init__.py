"""What every worker needs and none is about: taking a batch, remembering, saying, waiting, failing.

No business word stands in here. Services import the module they need; nothing is re-exported.
"""
