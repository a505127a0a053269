"""Every statement of shipping: orders, what collects and is planned, parcels at the dock."""
