"""Where crossdock runs: local servers, roles, and what deployments are made of."""
