// What a page of somebody else's tries with the gateway of a browser that is signed in there. Runs in the browser.

const PROMPT = '{"client_id":"browser-1","prompt":{"1":{"class_type":"A","inputs":{}}}}';
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

window.foreign = {
  /** @returns {Promise<string[]>} for each socket whether it opened */
  sockets(gateway) {
    const outcome = (path) =>
      new Promise((resolve) => {
        const socket = new WebSocket(gateway.replace("https", "wss") + path);
        socket.onopen = () => resolve("open");
        socket.onerror = () => resolve("refused");
      });
    return Promise.all(["/ws", "/api/ws", "/ws?clientId=browser-1"].map(outcome));
  },

  /** Sends what changes something, in every way that a script has. */
  async send(gateway) {
    const form = new FormData();
    form.append("image", new File(["x"], "x.png", { type: "image/png" }));
    const calls = [
      ["/prompt", { body: PROMPT, mode: "no-cors" }],
      ["/api/prompt", { body: PROMPT, mode: "no-cors", headers: { "Content-Type": "text/plain" } }],
      ["/prompt", { body: new URLSearchParams({ body: PROMPT }), mode: "no-cors" }],
      ["/prompt", { body: new Blob([PROMPT], { type: "application/json" }), mode: "no-cors" }],
      ["/prompt", { body: PROMPT, headers: { "Content-Type": "application/json" } }],
      ["/api/prompt", { body: PROMPT, headers: { "X-API-Key": "x" } }],
      ["/upload/image", { body: form, mode: "no-cors" }],
      ["/settings", { body: '{"a":1}', mode: "no-cors" }],
      ["/userdata/workflows%2Fa.json", { body: PROMPT, mode: "no-cors" }],
      ["/userdata/workflows%2Fa.json", { method: "DELETE" }],
      ["/interrupt", { mode: "no-cors" }],
    ];
    const options = { method: "POST", credentials: "include" };
    const sent = calls.map(([path, init]) => fetch(gateway + path, { ...options, ...init }).catch(() => {}));
    navigator.sendBeacon(`${gateway}/prompt`, PROMPT);
    await Promise.all(sent);
    await pause(200);
  },

  /** Goes there with a form whose text is JSON. */
  navigate(gateway) {
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", enctype: "text/plain", action: `${gateway}/api/prompt` });
    const field = document.createElement("input");
    const [name, value] = ['{"client_id":"browser-1","prompt":{},"extra_data":{"a":"', '"}}'];
    Object.assign(field, { name, value });
    form.append(field);
    document.body.append(form);
    form.submit();
  },

  /** @returns {Promise<string[]>} "nothing" for each attempt that learnt nothing */
  async read(gateway) {
    const fetched = ["/system_stats", "/api/object_info", "/", "/view?filename=evil.svg"].flatMap((path) =>
      [{}, { headers: { "X-A": "b" } }, { mode: "no-cors" }].map((init) =>
        fetch(gateway + path, { credentials: "include", ...init }).then(
          async (answer) => (answer.type === "opaque" ? "" : "read: ") + (await answer.text()) || "nothing",
          () => "nothing",
        ),
      ),
    );
    const elements = [
      ["img", { src: "/view?filename=browser_00001_.png&type=output" }],
      ["img", { src: "/view?filename=evil.svg" }],
      ["video", { src: "/view?filename=browser_00001_.png" }],
      ["script", { src: "/object_info" }],
      ["script", { src: "/assets/index-BKeTeXLp.js" }],
      ["link", { href: "/user.css", rel: "stylesheet" }],
    ];
    const loaded = elements.map(
      ([tag, attributes]) =>
        new Promise((resolve) => {
          const element = document.createElement(tag);
          element.onload = () => resolve(`loaded: ${JSON.stringify(attributes)}`);
          element.onerror = () => resolve("nothing");
          for (const [name, value] of Object.entries(attributes)) {
            element.setAttribute(name, name === "rel" ? value : gateway + value);
          }
          document.body.append(element);
        }),
    );
    return Promise.all([...fetched, ...loaded]);
  },

  /** Puts the gateway's page into a frame of this one. */
  async frame(gateway) {
    const frame = document.createElement("iframe");
    frame.src = `${gateway}/`;
    const loaded = new Promise((resolve) => {
      frame.onload = resolve;
    });
    document.body.append(frame);
    await Promise.race([loaded, pause(2000)]);
  },
};
