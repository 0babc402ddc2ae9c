"""What the bundled servers share: options, ready line, logs, graceful drain, health."""
