"""The rules of telling: how a line stands, which message is due, what it says or why it is not sent."""
