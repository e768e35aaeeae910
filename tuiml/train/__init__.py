"""Training: the runner process, its background thread, and everything that touches Keras. The only room that may."""
