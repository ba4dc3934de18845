import { describe, expect, it } from "vitest";
import { originFault } from "../../components/gateway/authorizer/origin";

const ORIGINS = ["https://comfy.example", "https://localhost:8443"];
const outcome = (method: string, isSocket: boolean, origin?: string) =>
  originFault(method, isSocket, origin, ORIGINS)?.status;

const FOREIGN = [
  "https://evil.example",
  "https://comfy.example.evil.com",
  "https://evil-comfy.example",
  "http://comfy.example",
  "https://comfy.example:8443",
  "https://comfy.example:443",
  "https://comfy.example/",
  "https://comfy.example.",
  "https://COMFY.example",
  "https://user@comfy.example",
  "https://localhost",
  "wss://comfy.example",
  "https://comfy.example, https://comfy.example",
  "https://comfy.example https://evil.example",
  " https://comfy.example",
  "null",
  "",
];

describe("Origin", () => {
  it.each(FOREIGN)("refuses %j on what changes something and on sockets", (origin) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "post"])
      expect(outcome(method, false, origin)).toBe(403);
    expect(outcome("GET", true, origin)).toBe(403);
  });

  it.each(FOREIGN)("lets %j read: the browser shows the page nothing", (origin) => {
    expect(outcome("GET", false, origin)).toBeUndefined();
    expect(outcome("HEAD", false, origin)).toBeUndefined();
  });

  it("lets the public origins through, and who sends none", () => {
    for (const origin of [...ORIGINS, undefined]) {
      expect(outcome("POST", false, origin)).toBeUndefined();
      expect(outcome("GET", true, origin)).toBeUndefined();
    }
  });
});
