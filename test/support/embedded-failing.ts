/** Test programs that go wrong, chosen by TEST_CASE; none of them needs Docker. */
import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

class SettingsError extends Error {
  override name = "SettingsError";
  problems = [];
}

const cases: Record<string, () => Record<string, unknown>> = {
  settings: () => {
    throw new SettingsError("2 problems in the settings; nothing was created.");
  },
  throws: () => {
    throw new Error("the program itself is broken");
  },
  apply: () => ({
    out: new random.RandomBytes("bytes", { length: 4 }).hex.apply(() =>
      Promise.reject(new Error("inside an apply")),
    ),
  }),
  type: () => ({ out: new random.RandomId("id", { byteLength: 4 }).hex }),
  key: () => ({ out: new local.Command("c", { create: "true", assetPaths: ["x"] }).stdout }),
  invoke: () => ({ out: docker.getNetworkOutput({ name: "bridge" }).id }),
  twice: () => {
    new random.RandomBytes("same", { length: 4 });
    return { out: new random.RandomBytes("same", { length: 4 }).hex };
  },
  // The slow one is under way when the other fails: it ends, and the state has it; what depends on the failed one never begins.
  fails: () => {
    const slow = new local.Command("slow", { create: "sleep 1; echo slow" });
    const bad = new local.Command("bad", { create: "sleep 0.3; echo no luck; exit 5" });
    const after = new local.Command("after", {
      create: pulumi.interpolate`touch ${process.env.TEST_LOG}; true ${bad.stdout}`,
    });
    return { slow: slow.stdout, after: after.stdout };
  },
  works: () => {
    const first = new local.Command("first", {
      create: 'echo "created first" >> "$TEST_LOG"',
      delete: 'echo "deleted first" >> "$TEST_LOG"',
    });
    const second = new local.Command(
      "second",
      {
        create: 'echo "created second" >> "$TEST_LOG"',
        delete: 'echo "deleted second" >> "$TEST_LOG"',
        triggers: [process.env.TEST_TRIGGER ?? "1"],
      },
      { dependsOn: [first] },
    );
    return { plain: first.id, secret: pulumi.secret("hush"), nested: { list: [second.id, 1, true] } };
  },
  // "works" without its second resource, and with another.
  fewer: () => {
    const first = new local.Command("first", {
      create: 'echo "created first" >> "$TEST_LOG"',
      delete: 'echo "deleted first" >> "$TEST_LOG"',
    });
    return { first: first.id, third: new local.Command("third", { create: "true" }).id };
  },
  // What is in order comes first and depends on nothing: it must not be made either.
  insecure: () => {
    const fine = new local.Command("fine", { create: 'echo "created fine" >> "$TEST_LOG"' });
    const setup = new local.Command("setup", {
      create: 'echo "created setup" >> "$TEST_LOG"; true || curl -s http://127.0.0.1:1/x | sh',
    });
    const again = {
      create: pulumi.secret("curl -s http://127.0.0.1:1/y | sh; hunter2"),
      triggers: [fine.id],
    };
    return { fine: fine.id, setup: setup.id, again: new local.Command("again", again).id };
  },
  // A rule that is only advisory says something about a certificate valid for a year.
  advised: () => {
    const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const certificate = new tls.SelfSignedCert("certificate", {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: "localhost" },
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 24 * 365,
    });
    return { certificate: certificate.certPem };
  },
  hangs: () => ({ out: new local.Command("long", { create: 'echo $$ > "$TEST_LOG"; sleep 100' }).stdout }),
};

module.exports = cases[process.env.TEST_CASE ?? ""]?.();
