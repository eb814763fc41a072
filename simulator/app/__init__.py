"""The private cloud of the vendor's phone apps (ttlock-app-cloud.md): signing in, and the keys of an account."""
