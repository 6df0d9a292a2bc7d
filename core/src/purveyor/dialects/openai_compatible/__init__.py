"""The dialect most suppliers speak, parameterised as data over the points in which they differ."""
