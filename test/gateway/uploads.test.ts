/** POST /upload/image and /upload/mask: pictures only, into input only. Needs Docker. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, errorOf, openTls, type Protocol, send, sendRaw } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { eventually, GatewayPod } from "../support/gateway-pod";
import { BOUNDARY, field, file, form, MASKED, MULTIPART, PNG, part } from "../support/multipart";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
const TARGETS = ["/upload/image", "/api/upload/image", "/upload/mask", "/api/upload/mask"];
type Role = "worker" | "user" | "admin";

function upload(target: string, parts: Buffer[], role: Role = "worker", type = MULTIPART): Call {
  const headers: [string, string][] = [
    ["X-API-Key", pod.keys[role]],
    ["Content-Type", type],
  ];
  const masked = target.endsWith("mask") ? [MASKED] : [];
  return { method: "POST", target, headers, body: form(...parts, ...masked) };
}

describe.each(PROTOCOLS)("an upload over %s", (protocol) => {
  it.each(TARGETS)("control: a PNG to %s arrives byte for byte, with its Content-Type", async (target) => {
    const call = upload(target, [
      file("портрет (1).png"),
      field("subfolder", "clipspace"),
      field("type", "input"),
    ]);
    await expectPassed(pod, protocol, call);
    const [hit] = await pod.hits();
    expect(Buffer.from(hit?.body ?? "", "base64").equals(call.body as Buffer)).toBe(true);
    expect(hit?.headers["content-type"]).toBe(MULTIPART);
    expect(hit?.headers["content-length"]).toBe(String(call.body?.length));
  });

  it("control: 8 MiB arrive whole, a user may overwrite", async () => {
    const big = Buffer.concat([PNG, Buffer.alloc(8 * 1024 * 1024, 3)]);
    const call = upload("/upload/image", [file("x.png", big), field("overwrite", "true")], "user");
    await expectPassed(pod, protocol, call);
    const sha256 = createHash("sha256")
      .update(call.body ?? "")
      .digest("hex");
    expect((await pod.hits())[0]).toMatchObject({ bodyLength: call.body?.length, bodySha256: sha256 });
  });

  const script = Buffer.from("<script>alert(1)</script>");
  const refused: [what: string, expected: string, parts: Buffer[], role?: Role, type?: string][] = [
    ["a name that climbs", "403 upload_refused", [file("../../custom_nodes/x.png")]],
    ["an absolute name", "403 upload_refused", [file("/etc/x.png")]],
    ["a hidden name", "403 upload_refused", [file(".x.png")]],
    ["a Python file", "403 upload_refused", [file("x.py")]],
    ["an SVG", "403 upload_refused", [file("x.svg", script, "image/svg+xml")]],
    ["HTML under a PNG's name", "403 upload_refused", [file("x.png", script)]],
    ["a PNG that is declared HTML", "403 upload_refused", [file("x.png", PNG, "text/html")]],
    ["a backslash", "400 invalid_upload", [file("..\\x.png")]],
    ["a folder that climbs", "403 upload_refused", [file(), field("subfolder", "..")]],
    ["an absolute folder", "403 upload_refused", [file(), field("subfolder", "/etc")]],
    ["the folder output", "403 upload_refused", [file(), field("type", "output")], "admin"],
    ["the folder temp", "403 upload_refused", [file(), field("type", "temp")], "admin"],
    ["overwriting by a worker", "403 upload_refused", [file(), field("overwrite", "true")]],
    ["overwriting by a worker, as 1", "403 upload_refused", [file(), field("overwrite", "1")]],
    ["the type twice", "400 invalid_upload", [file(), field("type", "input"), field("type", "output")]],
    ["two files", "400 invalid_upload", [file(), file("y.png")]],
    ["no file", "400 invalid_upload", [field("type", "input")]],
    ["an unknown field", "400 invalid_upload", [file(), field("path", "x")]],
    [
      "filename*",
      "400 invalid_upload",
      [part(`Content-Disposition: form-data; name="image"; filename="x.png"; filename*=UTF-8''x.py`, PNG)],
    ],
    [
      "an encoded part",
      "400 invalid_upload",
      [
        part(
          'Content-Disposition: form-data; name="image"; filename="x.png"\r\nContent-Transfer-Encoding: base64',
          PNG,
        ),
      ],
    ],
    ["another boundary", "400 invalid_upload", [file()], "worker", "multipart/form-data; boundary=other"],
    ["two boundaries", "400 invalid_upload", [file()], "worker", `${MULTIPART}; boundary=other`],
    [
      "a charset",
      "400 invalid_upload",
      [file()],
      "worker",
      `multipart/form-data; charset=utf-7; boundary=${BOUNDARY}`,
    ],
    ["another type", "415 content_type", [file()], "worker", `multipart/mixed; boundary=${BOUNDARY}`],
    ["JSON", "415 content_type", [file()], "worker", "application/json"],
  ];
  it.each(refused)("%s is %s", async (_, expected, parts, role = "worker", type = MULTIPART) => {
    const [status, code] = expected.split(" ");
    for (const target of TARGETS) {
      const mark = pod.auditMark();
      const reply = await expectRefused(pod, protocol, upload(target, parts, role, type), Number(status));
      expect(errorOf(reply)?.code).toBe(code);
      const lines = await pod.auditSince(mark, Number(status));
      expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ client: role, verdict: code });
    }
  });

  it("a mask's reference is a plain name", async () => {
    for (const filename of ["../x.png", "x.png [input]", "/etc/x.png"]) {
      const reference = field("original_ref", JSON.stringify({ filename, type: "output" }));
      const call = { ...upload("/upload/image", []), target: "/upload/mask", body: form(file(), reference) };
      await expectRefused(pod, protocol, call, 403);
    }
  });
});

it("two Content-Types are refused", async () => {
  const call = upload("/upload/image", [file()]);
  const second: [string, string] = ["Content-Type", "multipart/form-data; boundary=other"];
  await expectRefused(
    pod,
    "HTTP/1.1",
    { ...call, headers: [...(call.headers ?? []), second] },
    [0, 400, 415],
  );
});

describe("an upload's size", () => {
  const head = (length: string) =>
    `POST /upload/image HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.worker}\r\nContent-Type: ${MULTIPART}\r\n${length}\r\n\r\n`;

  it("beyond 25 MiB is 413 before it is sent", async () => {
    await pod.forget();
    const reply = await sendRaw(pod, head(`Content-Length: ${25 * 1024 * 1024 + 1}`), 2000);
    expect([reply.status, errorOf(reply)?.code]).toEqual([413, "body_too_large"]);
    expect(await pod.hits()).toEqual([]);
  });

  it("control: exactly 25 MiB pass", async () => {
    const empty = upload("/upload/image", [file("x.png", PNG)]).body?.length ?? 0;
    const picture = Buffer.concat([PNG, Buffer.alloc(25 * 1024 * 1024 - empty)]);
    await expectPassed(pod, "HTTP/2", upload("/upload/image", [file("x.png", picture)]));
    expect((await pod.hits())[0]?.bodyLength).toBe(25 * 1024 * 1024);
  });

  it("that nobody declares is limited too", async () => {
    await pod.forget();
    const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
    const reply = await sendRaw(pod, head("Transfer-Encoding: chunked") + chunk.repeat(26));
    expect([0, 413]).toContain(reply.status);
    expect(await pod.hits()).toEqual([]);
  });

  it("does not matter to a refusal: 20 MiB of something else are answered", async () => {
    const call = upload("/upload/image", [file("x.png", Buffer.alloc(20 * 1024 * 1024, 1))]);
    await expectRefused(pod, "HTTP/1.1", call, 403);
  });

  it("needs a key before its body", async () => {
    const anonymous = head("Content-Length: 5000000").replace(/X-API-Key: .*\r\n/, "");
    expect((await sendRaw(pod, anonymous, 2000)).status).toBe(401);
  });
});

it("a client has 4 uploads under way at most; those that break off make room", async () => {
  const status = async (role: Role) =>
    (await send(pod, "HTTP/2", upload("/upload/image", [file()], role))).status;
  const begun = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const socket = await openTls(pod);
      socket.on("error", () => {});
      socket.write(
        `POST /api/upload/image HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.worker}\r\nContent-Type: ${MULTIPART}\r\nContent-Length: 3000000\r\n\r\n--`,
      );
      return socket;
    }),
  );
  // Asking whether all four are under way would itself be an upload, and take the place of one.
  await sleep(1000);
  const reply = await expectRefused(pod, "HTTP/1.1", upload("/upload/mask", [file()]), 429);
  expect([errorOf(reply)?.code, reply.headers["retry-after"]]).toEqual(["too_many_uploads", ["5"]]);
  expect(await status("user")).toBe(200);
  for (const socket of begun) socket.destroy();
  await eventually(async () => (await status("worker")) === 200, "there is room again");
});
