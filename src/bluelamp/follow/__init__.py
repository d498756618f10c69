"""What follows a feed's changes from outside: webhooks, and Atom and JSON feeds for newsreaders."""
