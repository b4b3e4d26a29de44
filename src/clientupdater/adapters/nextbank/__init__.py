"""Clients from NextBank over HTTP, and a NextBank on loopback that misbehaves on demand."""
