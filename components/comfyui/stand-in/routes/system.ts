import { freemem, totalmem } from "node:os";
import type { Context, Route } from "../context";
import { json, type Reply } from "../http";
import { SERVER_FEATURES } from "../sockets";

const NOTICE =
  "This is comfy-fortress's stand-in for ComfyUI, for trying the stack and for tests: it has no models and draws gradients.";

function systemStats(context: Context): Reply {
  const memory = { total: totalmem(), free: freemem() };
  return json({
    system: {
      os: "posix",
      ram_total: memory.total,
      ram_free: memory.free,
      comfyui_version: "stand-in",
      required_frontend_version: null,
      installed_templates_version: null,
      required_templates_version: null,
      python_version: `none (Node.js ${process.version})`,
      pytorch_version: "none",
      embedded_python: false,
      argv: context.argv,
    },
    devices: [
      {
        name: "cpu",
        type: "cpu",
        index: null,
        vram_total: memory.total,
        vram_free: memory.free,
        torch_vram_total: memory.total,
        torch_vram_free: memory.free,
      },
    ],
    stand_in: true,
    notice: NOTICE,
  });
}

export const SYSTEM_ROUTES: readonly Route[] = [
  { method: "GET", path: "/system_stats", handle: (_request, context) => systemStats(context) },
  { method: "GET", path: "/features", handle: () => json(SERVER_FEATURES) },
];
