"""Runs one PostgreSQL node: alone as a primary, as a replica, or under Patroni."""
