"""MQTT for a learner: a client whose frames are seen, and what it has received by topic."""
