/** One demand of the hardening checklist, and what holds the stack to it. */
export interface ChecklistLine {
  readonly demand: string;
  /** Ids of the rules that refuse a stack without it. */
  readonly rules: readonly string[];
  /** Test files that show it in what runs. */
  readonly tests: readonly string[];
}

/** The ten things without which ComfyUI must not stand on the public internet. */
export const CHECKLIST: readonly ChecklistLine[] = [
  {
    demand: "ComfyUI's port 8188 listens on loopback only and is never published",
    rules: [
      "command-no-open-way",
      "command-no-unjudged-container",
      "comfyui-listens-on-loopback",
      "comfyui-port-never-published",
      "sg-ingress-only-443-and-22",
    ],
    tests: ["test/unit/comfyui-choose-flags.test.ts", "test/unit/pod-publish.test.ts"],
  },
  {
    demand: "TLS, with a valid certificate",
    rules: [
      "stack-certificate-method",
      "stack-gateway-configuration",
      "tls-certificate-uses",
      "tls-leaf-lifetime",
      "tls-strong-keys",
    ],
    tests: ["test/gateway/tls.test.ts", "test/unit/certificate.test.ts"],
  },
  {
    demand: "An authentication method on every endpoint",
    rules: ["command-no-open-way", "stack-one-public-way", "stack-only-judged-kinds"],
    tests: ["test/gateway/routes.test.ts", "test/unit/gateway-routes.test.ts"],
  },
  {
    demand: "/prompt is limited in rate and size",
    rules: ["stack-gateway-configuration"],
    tests: ["test/gateway/limits.test.ts", "test/unit/limits.test.ts"],
  },
  {
    demand: "Outputs are reached only through /view, with authentication",
    rules: ["stack-one-public-way"],
    tests: ["test/gateway/routes.test.ts", "test/unit/gateway-routes.test.ts"],
  },
  {
    demand: "ComfyUI is recent",
    rules: [],
    tests: ["test/unit/comfyui-source.test.ts"],
  },
  {
    demand: "The image comes from an official source",
    rules: ["comfyui-nodes-built-in", "image-allowed-source", "image-by-digest"],
    tests: ["test/unit/comfyui-check-source.test.ts", "test/unit/comfyui-integrity.test.ts"],
  },
  {
    demand: "No credentials in workflow files on disk",
    rules: [
      "command-no-secret",
      "container-no-secret",
      "ec2-no-secrets-in-user-data",
      "resource-no-secret",
      "secret-not-plain",
    ],
    tests: ["test/unit/inspection.test.ts", "test/policy/workflows.test.ts"],
  },
  {
    demand: "Only 443, and 22 from named ranges, are open",
    rules: [
      "command-no-unjudged-resource",
      "ec2-known-security-groups",
      "sg-ingress-only-443-and-22",
      "sg-no-all-protocol",
      "sg-no-prefix-list",
      "sg-no-world-ingress",
      "sg-ssh-only-from-narrow-ranges",
    ],
    tests: ["test/unit/firewall.test.ts"],
  },
  {
    demand: "Certificates renew by themselves",
    rules: ["stack-certificate-method", "tls-early-renewal"],
    tests: ["test/certificate/certificate.test.ts", "test/unit/certificate-component.test.ts"],
  },
];
