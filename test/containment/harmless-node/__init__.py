"""A custom node that does no harm: it turns an image into its negative."""

from .negative import Negative

NODE_CLASS_MAPPINGS = {"FortressNegative": Negative}
NODE_DISPLAY_NAME_MAPPINGS = {"FortressNegative": "Negative"}
