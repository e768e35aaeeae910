"""The app in a browser on the same machine: who is let in, and the server that carries keys and screens."""
