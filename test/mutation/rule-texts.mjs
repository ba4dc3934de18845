/** What a rule says of itself; docs/policies.md shows all of it. */
const TEXTS = new Set(["description", "why", "fix", "severity", "enforcement", "references"]);

/**
 * Leaves the texts of a rule alone: test/policy/document.test.ts compares the whole page that is made of them with the
 * page in docs, so each such mutant would cost a run of all tests to show what is known.
 */
const ruleTexts = {
  shouldIgnore(path) {
    if (!path.isObjectProperty() || !TEXTS.has(path.node.key.name)) return undefined;
    const declared = path.parentPath.parentPath.node.id?.typeAnnotation?.typeAnnotation?.typeName?.name;
    return /^(Resource|Stack)Rule$/.test(declared ?? "") ? "shown in docs/policies.md" : undefined;
  },
};

export const strykerPlugins = [{ kind: "Ignore", name: "rule-texts", value: ruleTexts }];
