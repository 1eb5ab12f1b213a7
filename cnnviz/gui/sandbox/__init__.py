"""The sandbox: a convolution or a pooling to play with on a small picture, without any network."""
