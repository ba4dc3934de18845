import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryOf, parseMultipart } from "../../components/gateway/authorizer/multipart";
import { inspectUpload, type Upload } from "../../components/gateway/authorizer/uploads";
import type { Role } from "../../components/gateway/routes";
import {
  BOUNDARY,
  form as body,
  MULTIPART as CONTENT_TYPE,
  field,
  file,
  PNG,
  part,
} from "../support/multipart";

const JPEG = Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF\0", "latin1");
const WEBP = Buffer.from("RIFF\x10\0\0\0WEBPVP8X....", "latin1");
const GIF = Buffer.from("GIF89a\x01\0\x01\0", "latin1");

const text = (value: string) => Buffer.from(value);

function outcome(
  bytes: Buffer,
  role: Role = "worker",
  kind: Upload["kind"] = "image",
  contentType = CONTENT_TYPE,
) {
  const result = inspectUpload({ kind, contentType, body: bytes }, role);
  return result && `${result.status} ${result.code}`;
}

const REFERENCE = JSON.stringify({ filename: "x.png", subfolder: "", type: "output" });

describe("uploads that pass", () => {
  it.each([
    ["a PNG", file()],
    ["a JPEG", file("x.jpg", JPEG, "image/jpeg")],
    ["a JPEG by its other name", file("x.JPEG", JPEG, "image/jpg")],
    ["a WebP", file("x.webp", WEBP, "image/webp")],
    ["a GIF of unknown type", file("x.gif", GIF, "application/octet-stream")],
    ["no type", part('Content-Disposition: form-data; name="image"; filename="x.png"', PNG)],
    ["a name beyond ASCII", file("портрет (1) 保存.png")],
    ["dots and brackets", file("a..b [x] v1.2.png")],
    [
      "a client that counts",
      part(
        `Content-Disposition: form-data; name="image"; filename="x.png"\r\nContent-Length: ${PNG.length}`,
        PNG,
      ),
    ],
  ])("%s", (_, image) => expect(outcome(body(image))).toBeUndefined());

  it.each([
    ["into input", [field("type", "input")]],
    ["into a subfolder", [field("subfolder", "clipspace")]],
    ["into a deeper one", [field("subfolder", "a/b c/d.1")]],
    ["into none", [field("subfolder", "")]],
    ["without overwriting", [field("overwrite", "false")]],
    ["with everything", [field("type", "input"), field("subfolder", "pasted"), field("overwrite", "0")]],
  ])("%s", (_, fields) => {
    expect(outcome(body(file(), ...fields))).toBeUndefined();
    expect(outcome(body(...fields, file()))).toBeUndefined();
  });

  it("a user may overwrite", () =>
    expect(outcome(body(file(), field("overwrite", "true")), "user")).toBeUndefined());

  it("a mask, with its reference", () => {
    expect(outcome(body(file(), field("original_ref", REFERENCE)), "worker", "mask")).toBeUndefined();
  });

  it("what Node itself writes", async () => {
    const form = new FormData();
    form.append("image", new Blob([PNG], { type: "image/png" }), "наш.png");
    form.append("type", "input");
    const response = new Response(form);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(outcome(bytes, "worker", "image", response.headers.get("content-type") ?? "")).toBeUndefined();
  });

  it("the boundary in quotes, as .NET writes it", () => {
    expect(
      outcome(body(file()), "worker", "image", `multipart/form-data; boundary="${BOUNDARY}"`),
    ).toBeUndefined();
  });
});

describe("files that are refused", () => {
  it.each(
    [
      ["svg", "x.svg", text("<svg/>"), "image/svg+xml"],
      ["html", "x.html", text("<html>"), "text/html"],
      ["Python", "x.py", text("import os"), "text/plain"],
      ["html that says png", "x.png", text("<html>"), "image/png"],
      ["svg that says png", "x.png", text("<svg onload=...>"), "image/png"],
      ["PNG that says html", "x.html", PNG, "image/png"],
      ["PNG that says py", "x.png.py", PNG, "image/png"],
      ["JPEG that says png", "x.png", JPEG, "image/jpeg"],
      ["PNG as text/html", "x.png", PNG, "text/html"],
      ["PNG as svg", "x.png", PNG, "image/svg+xml"],
      ["no extension", "png", PNG, "image/png"],
      ["nothing", "x.png", text(""), "image/png"],
      ["half a signature", "x.png", PNG.subarray(0, 7), "image/png"],
      ["a wave", "x.webp", text("RIFF\x10\0\0\0WAVEfmt "), "image/webp"],
      ["bmp", "x.bmp", text("BM"), "image/bmp"],
      ["a checkpoint", "x.ckpt", text("\x80\x02"), "application/octet-stream"],
      ["a path", "../../custom_nodes/x.png", PNG, "image/png"],
      ["an absolute path", "/x.png", PNG, "image/png"],
      ["a folder", "a/x.png", PNG, "image/png"],
      ["a leading dot", ".x.png", PNG, "image/png"],
      ["only an extension", ".png", PNG, "image/png"],
      ["a leading space", " x.png", PNG, "image/png"],
      ["a trailing space", "x.png ", PNG, "image/png"],
      ["a trailing dot", "x.png.", PNG, "image/png"],
      ["a home folder", "~x.png", PNG, "image/png"],
      ["a drive", "c:x.png", PNG, "image/png"],
      ["a stream", "x.py:x.png", PNG, "image/png"],
      ["a wildcard", "*.png", PNG, "image/png"],
      ["an invisible character", "x\u202egnp.png", PNG, "image/png"],
      ["a long name", `${"x".repeat(197)}.png`, PNG, "image/png"],
      ["a long name in bytes", `${"ж".repeat(100)}.png`, PNG, "image/png"],
    ].map(([label, name, content, type]) => [label, name, content, type] as [string, string, Buffer, string]),
  )("%s", (_, name, content, type) =>
    expect(outcome(body(file(name, content, type)))).toBe("403 upload_refused"),
  );
});

describe("places that are refused", () => {
  it.each([
    ["output", [field("type", "output")]],
    ["temp", [field("type", "temp")]],
    ["type in capitals", [field("type", "INPUT")]],
    ["type of nothing", [field("type", "")]],
    ["the folder above", [field("subfolder", "..")]],
    ["above by a detour", [field("subfolder", "a/../../b")]],
    ["absolute", [field("subfolder", "/etc")]],
    ["backslash", [field("subfolder", "a\\..\\b")]],
    ["dot", [field("subfolder", ".")]],
    ["hidden", [field("subfolder", "a/.git")]],
    ["empty segment", [field("subfolder", "a//b")]],
    ["trailing slash", [field("subfolder", "a/")]],
    ["NUL", [field("subfolder", "a\0")]],
    ["overwrite", [field("overwrite", "true")]],
    ["overwrite=1", [field("overwrite", "1")]],
  ])("%s", (_, fields) => expect(outcome(body(file(), ...fields))).toBe("403 upload_refused"));

  it.each([
    ["type twice", [field("type", "input"), field("type", "output")]],
    ["two images", [file()]],
    ["an unknown field", [field("original_ref", REFERENCE)]],
    ["another unknown one", [field("Type", "output")]],
    ["overwrite of something", [field("overwrite", "True")]],
    ["type as a file", [part('Content-Disposition: form-data; name="type"; filename="x"', text("output"))]],
    [
      "type in utf-7",
      [
        part(
          'Content-Disposition: form-data; name="type"\r\nContent-Type: text/plain; charset=utf-7',
          text("+AG8"),
        ),
      ],
    ],
    [
      "type of a binary kind",
      [part('Content-Disposition: form-data; name="type"\r\nContent-Type: image/png', text("input"))],
    ],
    ["type in no UTF-8", [part('Content-Disposition: form-data; name="type"', Buffer.from([0xff]))]],
    ["_charset_", [field("_charset_", "utf-7")]],
    ["too long a field", [field("subfolder", "a".repeat(3000))]],
    ["too many parts", Array.from({ length: 7 }, (_, index) => field(`f${index}`, ""))],
  ])("%s", (_, fields) => expect(outcome(body(file(), ...fields))).toBe("400 invalid_upload"));

  it.each([
    ["nothing", body()],
    ["no image", body(field("type", "input"))],
    ["image as text", body(field("image", "x"))],
    ["image without a name", body(part('Content-Disposition: form-data; name="image"; filename=""', PNG))],
  ])("%s", (_, bytes) => expect(outcome(bytes)).toBe("400 invalid_upload"));
});

describe("masks that are refused", () => {
  const mask = (reference: string) => outcome(body(file(), field("original_ref", reference)), "user", "mask");
  it.each([
    '{"filename":"../x.png"}',
    '{"filename":"/etc/x.png"}',
    '{"filename":"x.png [output]"}',
    '{"filename":"x.png","subfolder":".."}',
    '{"filename":"x.png","subfolder":"/etc"}',
    '{"filename":"x.png","type":"models"}',
    '{"filename":""}',
    '{"filename":["x"]}',
    "{}",
  ])("%s", (reference) => expect(mask(reference)).toBe("403 upload_refused"));

  it.each([
    "",
    "null",
    "[]",
    "{",
    '{"filename":"x.png","filename":"../x"}',
    '{"filename":"x.png","base_directory":"/"}',
    '{"filename":"x.png","__proto__":{}}',
    '{"filename":"\\ud800.png"}',
    "[".repeat(1500),
  ])("%s", (reference) => expect(mask(reference)).toBe("400 invalid_upload"));

  it("without a reference", () => expect(outcome(body(file()), "user", "mask")).toBe("400 invalid_upload"));
});

describe("multipart that two readers may read differently", () => {
  const named = (disposition: string, more = "") =>
    body(part(`Content-Disposition: ${disposition}${more}`, PNG));
  it.each([
    ["filename*", named(`form-data; name="image"; filename="x.png"; filename*=UTF-8''x.py`)],
    ["filename* alone", named("form-data; name=\"image\"; filename*=UTF-8''x.png")],
    ["filename*0", named('form-data; name="image"; filename*0="x.p"; filename*1="y"')],
    ["filename twice", named('form-data; name="image"; filename="x.png"; filename="x.py"')],
    ["name twice", named('form-data; name="image"; name="type"; filename="x.png"')],
    ["no quotes", named("form-data; name=image; filename=x.png")],
    ["single quotes", named("form-data; name='image'; filename='x.png'")],
    ["a quoted pair", named('form-data; name="image"; filename="x\\".png"')],
    ["a semicolon", named('form-data; name="image"; filename="x;y.png"')],
    ["percent", named('form-data; name="image"; filename="x%2f.png"')],
    ["an open quote", named('form-data; name="image"; filename="x.png')],
    ["filename first", named('form-data; filename="x.png"; name="image"')],
    ["attachment", named('attachment; name="image"; filename="x.png"')],
    ["NUL", named('form-data; name="image"; filename="x\0.png"')],
    ["tab", named('form-data; name="image";\tfilename="x.png"')],
    ["folded header", named('form-data; name="image";\r\n filename="x.png"')],
    ["bare line feed", named('form-data; name="image"; filename="x.png"\nX: y')],
    [
      "second disposition",
      named('form-data; name="image"; filename="x.png"', '\r\nContent-Disposition: form-data; name="type"'),
    ],
    [
      "transfer encoding",
      named('form-data; name="image"; filename="x.png"', "\r\nContent-Transfer-Encoding: base64"),
    ],
    [
      "binary transfer encoding",
      named('form-data; name="image"; filename="x.png"', "\r\nContent-Transfer-Encoding: binary"),
    ],
    ["content encoding", named('form-data; name="image"; filename="x.png"', "\r\nContent-Encoding: gzip")],
    ["another length", named('form-data; name="image"; filename="x.png"', "\r\nContent-Length: 3")],
    [
      "nested multipart",
      named('form-data; name="image"; filename="x.png"', "\r\nContent-Type: multipart/mixed; boundary=y"),
    ],
    [
      "charset",
      named('form-data; name="image"; filename="x.png"', "\r\nContent-Type: image/png; charset=utf-16"),
    ],
    ["an unknown header", named('form-data; name="image"; filename="x.png"', "\r\nX-Y: z")],
    [
      "a space before the colon",
      body(part('Content-Disposition : form-data; name="image"; filename="x.png"', PNG)),
    ],
    [
      "a byte order mark",
      body(part('\ufeffContent-Disposition: form-data; name="image"; filename="x.png"', PNG)),
    ],
    ["no disposition", body(part("Content-Type: image/png", PNG))],
    [
      "long headers",
      named(`form-data; name="image"; filename="x.png"`, `\r\nContent-Type: ${"a".repeat(2000)}/b`),
    ],
    ["preamble", Buffer.concat([text("hello\r\n"), body(file())])],
    ["leading line", Buffer.concat([text("\r\n"), body(file())])],
    [
      "no line break after the boundary",
      Buffer.from(body(file()).toString("latin1").replace("\r\nContent-D", "xxContent-D"), "latin1"),
    ],
    [
      "a header twice",
      named(
        'form-data; name="image"; filename="x.png"',
        "\r\nContent-Type: image/png\r\nContent-Type: image/png",
      ),
    ],
    [
      "nested without a boundary",
      named('form-data; name="image"; filename="x.png"', "\r\nContent-Type: multipart/mixed"),
    ],
    ["epilogue", Buffer.concat([body(file()), text("hello")])],
    ["second body", Buffer.concat([body(file()), body(field("type", "output"))])],
    ["no end", file()],
    ["end without dashes", Buffer.concat([file(), text(`--${BOUNDARY}`)])],
    ["boundary and more", Buffer.concat([file(), text(`--${BOUNDARY}x--\r\n`)])],
    [
      "boundary and a space",
      Buffer.concat([file(), text(`--${BOUNDARY} \r\n`), body(field("type", "output"))]),
    ],
    ["bare line feeds", text(body(file()).toString("latin1").replaceAll("\r\n", "\n"))],
    ["boundary in the content", body(file("x.png", Buffer.concat([PNG, text(`--${BOUNDARY}`)])))],
    ["boundary after a line feed", body(file("x.png", Buffer.concat([PNG, text(`\n--${BOUNDARY}\r\n`)])))],
    ["nothing", text("")],
  ])("%s", (_, bytes) => expect(outcome(bytes)).toBe("400 invalid_upload"));

  it.each([
    "",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=a; boundary=b",
    `multipart/form-data; boundary=${BOUNDARY}; charset=utf-7`,
    `multipart/form-data; charset=utf-8; boundary=${BOUNDARY}`,
    `multipart/mixed; boundary=${BOUNDARY}`,
    `multipart/form-data;\tboundary=${BOUNDARY}`,
    `multipart/form-data, multipart/form-data; boundary=${BOUNDARY}`,
    "multipart/form-data; boundary=a b",
    "multipart/form-data; boundary*=utf-8''a",
    'multipart/form-data; boundary="a\\b"',
    `multipart/form-data; boundary=${"a".repeat(71)}`,
    "application/x-www-form-urlencoded",
  ])("Content-Type %j", (contentType) =>
    expect(outcome(body(file()), "worker", "image", contentType)).toBe("400 invalid_upload"),
  );

  it("reads back what it is given, whatever the content", () => {
    const content = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const near = fc
      .constantFrom("\r\n--", "\r\n--b", "--b", "\r\n\r\n", "b--")
      .map((bytes) => Buffer.from(bytes));
    const contents = fc
      .array(fc.oneof(content, near), { maxLength: 4 })
      .map((pieces) => Buffer.concat(pieces));
    fc.assert(
      fc.property(fc.array(contents, { maxLength: 4 }), (all) => {
        fc.pre(all.every((bytes) => !bytes.includes("--bb")));
        const bytes = Buffer.concat([
          ...all.map((each, index) =>
            Buffer.concat([
              text(`--bb\r\nContent-Disposition: form-data; name="n${index}"\r\n\r\n`),
              each,
              text("\r\n"),
            ]),
          ),
          text("--bb--"),
        ]);
        const parts = parseMultipart(bytes, boundaryOf("multipart/form-data; boundary=bb"), {
          maxParts: 4,
          maxHeaderBytes: 100,
        });
        expect(parts.map(({ content: each }) => each)).toEqual(all);
      }),
    );
  });

  it("never throws anything but its own refusal", () => {
    const good = body(file(), field("type", "input"), field("subfolder", "a"));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(20), (position, byte, cut) => {
        const bytes = Buffer.concat([
          good.subarray(0, position),
          Buffer.from([byte]),
          good.subarray(position + cut),
        ]);
        const result = outcome(bytes);
        expect(result === undefined || /^(400|403) /.test(result)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
