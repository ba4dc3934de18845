import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../components/comfyui/stand-in/command-line";

describe("parseCommandLine", () => {
  it("has ComfyUI's defaults", () => {
    expect(parseCommandLine([])).toEqual({
      host: "127.0.0.1",
      port: 8188,
      baseDirectory: ".",
      isTrial: false,
    });
  });

  it("reads its flags", () => {
    expect(parseCommandLine(["--listen", "::1", "--port=0", "--base-directory", "/data"])).toEqual({
      host: "::1",
      port: 0,
      baseDirectory: "/data",
      isTrial: false,
    });
    expect(parseCommandLine(["--quick-test-for-ci"]).isTrial).toBe(true);
  });

  it.each([[["--enable-manager"]], [["--port", "x"]], [["--port", "65536"]], [["--port"]], [["extra"]]])(
    "refuses %j",
    (args) => {
      expect(() => parseCommandLine(args)).toThrow();
    },
  );
});
