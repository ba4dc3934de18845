/** A part of the policies that is mutated by itself. */
export interface Part {
  readonly name: string;
  /** Globs of the files that are mutated. */
  readonly mutate: readonly string[];
  /** Globs of the tests that must notice. */
  readonly tests: readonly string[];
}

/** Tests of everything but single rules. */
const FRAME_TESTS = "test/policy/*.test.ts";
const EVASIONS = "test/policy/evasions-*.test.ts";

/** Modules of `policies/facts` by what they are about, and how the names of the rules begin that rest on them. */
const FACTS: Readonly<
  Record<string, { readonly modules: readonly string[]; readonly rules: readonly string[] }>
> = {
  containers: {
    modules: ["docker", "host-paths", "image-reference"],
    rules: ["comfyui", "container", "image"],
  },
  iam: {
    modules: ["iam-attachments", "iam-callers", "iam-document", "iam-patterns"],
    rules: ["iam", "kms", "route53"],
  },
  network: {
    modules: ["public-ways", "ranges", "security-group-rules"],
    rules: ["ec2-no-public", "sg", "stack-one-public-way", "vpc"],
  },
  resources: {
    modules: ["buckets", "certificates", "keys", "machines", "partners"],
    rules: ["ebs", "ec2", "iam-attached", "iam-role", "kms", "logs", "s3", "secret", "tls", "vpc"],
  },
  texts: {
    modules: ["nginx", "scripts", "secrets", "unpack"],
    rules: ["command", "ec2-no-secrets", "secret", "stack-gateway"],
  },
};

/**
 * The parts. Facts go by what they are about, with their own tests and those of the rules that rest on them; rules by the
 * first word of their names, each family with its own tests; both with the evasions. A mutant of a constant costs a run of
 * all tests of its part, so small parts save hours; what the other tests would notice besides is given away, which can
 * only lower the score.
 *
 * Lists and shells are left out (index, catalogue, checklist, cli/main): docs/policies.md, the catalogue's test and tests
 * in processes of their own hold them.
 *
 * @param ids of the rules
 */
export function parts(ids: readonly string[]): Part[] {
  const families = [...new Set(ids.map((id) => id.replace(/-.*/, "")))].sort();
  return [
    {
      name: "core",
      mutate: ["policies/core/*.ts"],
      tests: [FRAME_TESTS],
    },
    {
      name: "cli",
      mutate: ["policies/cli/*.ts", "!policies/cli/main.ts", "policies/document.ts"],
      tests: [FRAME_TESTS],
    },
    ...Object.entries(FACTS).map(([topic, { modules, rules }]) => ({
      name: `facts/${topic}`,
      mutate: modules.map((module) => `policies/facts/${module}.ts`),
      tests: [
        EVASIONS,
        ...modules.map((module) => `test/policy/${module}.test.ts`),
        ...rules.map((start) => `test/policy/rules/${start}-*.test.ts`),
      ],
    })),
    ...families.map((family) => ({
      name: `rules/${family}`,
      mutate: [`policies/rules/${family}-*.ts`],
      tests: [EVASIONS, `test/policy/rules/${family}-*.test.ts`],
    })),
  ];
}
