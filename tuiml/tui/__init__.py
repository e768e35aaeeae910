"""The app: choose, preview, train, watch, control. It starts runners as processes and reads run folders, nothing more."""
