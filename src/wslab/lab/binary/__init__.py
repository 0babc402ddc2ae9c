"""The client of the lab's binary protocol: messages from typed fields, files, answers, history."""
