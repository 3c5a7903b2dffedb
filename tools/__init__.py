"""Tools that developers run by hand. The portal imports none of them, and no wheel contains them."""
