"""ComfyUI has one."""
