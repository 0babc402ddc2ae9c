"""Should send the word of this attempt and wait for the answer."""

print("nothing yet")
