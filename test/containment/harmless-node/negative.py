class Negative:
    CATEGORY = "image"
    FUNCTION = "negate"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def negate(self, image):
        return (1.0 - image,)
