"""From what a user says to messages, and from a reply to what was asked for."""
