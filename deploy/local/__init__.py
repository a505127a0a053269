"""Real PostgreSQL and real Apache Kafka on this machine, without Docker: `stack.up(home)`."""
