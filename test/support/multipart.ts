/** A body of multipart/form-data, as browsers write it. */

export const BOUNDARY = "----WebKitFormBoundaryx7";
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** Begins as every PNG does. */
export const PNG = Buffer.from(
  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0--x\r\n\r\n",
  "latin1",
);

export function part(headers: string, content: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
}

export function file(name = "x.png", content: Buffer = PNG, contentType = "image/png"): Buffer {
  return part(
    `Content-Disposition: form-data; name="image"; filename="${name}"\r\nContent-Type: ${contentType}`,
    content,
  );
}

export function field(name: string, value: string): Buffer {
  return part(`Content-Disposition: form-data; name="${name}"`, value);
}

export function form(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** What /upload/mask needs besides the file. */
export const MASKED = field("original_ref", '{"filename":"x.png","subfolder":"","type":"output"}');
