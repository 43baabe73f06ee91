"""Replica sets: roles, heartbeats, elections, replication, write concern."""
