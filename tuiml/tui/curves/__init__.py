"""How curves come to the terminal, whichever screen they are on: condensed, paced, looked at."""
