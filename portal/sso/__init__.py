"""The surface that departments' apps talk to: OpenID Connect, and the pages people see on the way."""
