"""What a learner works with: the connection under study, bundled servers, lessons."""
