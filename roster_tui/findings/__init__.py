"""What is wrong with a roster: pure rules, each with its evidence, who can fix it, how, and when it shows."""
