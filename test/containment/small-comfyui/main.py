"""The part of ComfyUI that its image build deals with: flags, custom nodes, a start. No torch, so it builds in seconds."""

import argparse
import http.server
import json
import os
import sys

import nodes

parser = argparse.ArgumentParser()
parser.add_argument("--listen")
parser.add_argument("--port", type=int)
parser.add_argument("--base-directory")
parser.add_argument("--disable-all-custom-nodes", action="store_true")
parser.add_argument("--whitelist-custom-nodes", nargs="+", default=[])
parser.add_argument("--cpu", action="store_true")
parser.add_argument("--quick-test-for-ci", action="store_true")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(sorted(nodes.NODE_CLASS_MAPPINGS)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    args = parser.parse_args()
    nodes.load_custom_nodes(os.path.join(args.base_directory, "custom_nodes"), args.whitelist_custom_nodes)
    if args.quick_test_for_ci:
        sys.exit(0)
    print("Starting server", flush=True)
    http.server.HTTPServer((args.listen, args.port), Handler).serve_forever()
