"""Every event that crosses a service: the envelope, the topics, a module per publisher."""
