"""The rules of shipping: when a parcel is planned, what it costs, what the dock may do with it."""
