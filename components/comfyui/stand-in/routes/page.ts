import type { Route } from "../context";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>ComfyUI stand-in</title>
<style>body { font: 1rem/1.5 sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }</style>
</head>
<body>
<h1>This is the stand-in, not ComfyUI</h1>
<p>You have reached a small server with ComfyUI's API. It exists for trying the stack around it, and for tests, without
2 GB of torch and without a GPU.</p>
<p>It has no model and no imagination: it runs the nodes of the default text-to-image workflow, and a few more, and
where ComfyUI would render a picture it draws a gradient of the size asked for.</p>
<p>For pictures, set <code>comfyui.source</code> to <code>official</code> or to a checkout of ComfyUI.</p>
</body>
</html>
`;

export const pageRoute: Route = {
  method: "GET",
  path: "/",
  handle: () => ({
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      Expires: "0",
    },
    body: PAGE,
  }),
};
