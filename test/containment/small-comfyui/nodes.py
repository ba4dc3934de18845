"""Loads custom nodes as ComfyUI does."""

import importlib.util
import os
import sys
import traceback


class EmptyImage:
    pass


NODE_CLASS_MAPPINGS = {"EmptyImage": EmptyImage}
LOADED_MODULE_DIRS = {}


def load_custom_nodes(folder, allowed):
    for name in os.listdir(folder):
        if name in allowed:
            load_custom_node(name, os.path.join(folder, name))


def load_custom_node(name, path):
    spec = importlib.util.spec_from_file_location(path, os.path.join(path, "__init__.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[path] = module
    try:
        spec.loader.exec_module(module)
    except Exception:
        traceback.print_exc()
        return
    LOADED_MODULE_DIRS[name] = path
    for class_name, node_class in module.NODE_CLASS_MAPPINGS.items():
        NODE_CLASS_MAPPINGS[class_name] = node_class
        node_class.RELATIVE_PYTHON_MODULE = f"custom_nodes.{name}"
