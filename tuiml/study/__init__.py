"""Many runs as one question: what differs between them, and what came of it."""
