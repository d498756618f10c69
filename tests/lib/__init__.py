"""What tests share: servers, homes, feeds, readers of what is shown."""
