"""The Textual app: screens, widgets, commands. It holds no rule; whatever it does, the command line can do."""
