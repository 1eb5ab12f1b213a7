"""The tray meets the network: one channel, and all classes, over all pictures of the tray."""
