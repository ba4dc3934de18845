/** ComfyUI's order of execution (comfy_execution/graph.py): a topological one that brings pictures forward. */

/** What the order depends on. */
export interface OrderedNode {
  readonly nodeClass: { readonly isOutput?: boolean };
  readonly links: ReadonlyMap<string, { readonly source: string }>;
}

export class GraphOrder {
  /** the nodes that are left, each with the number of nodes that it still waits for */
  private readonly waitsFor = new Map<string, number>();
  private readonly blocks = new Map<string, Set<string>>();

  /**
   * @param nodes the nodes of the workflow, by id
   * @param outputs the nodes to run, with all that they need
   * @param isCached whether a node's result is there already, so that its own inputs are not needed
   */
  constructor(
    private readonly nodes: ReadonlyMap<string, OrderedNode>,
    outputs: readonly string[],
    private readonly isCached: (id: string) => boolean,
  ) {
    for (const output of outputs) this.add(output);
  }

  private add(first: string): void {
    const open = [first];
    const links: [string, string][] = [];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.waitsFor.has(id)) continue;
      this.waitsFor.set(id, 0);
      this.blocks.set(id, new Set());
      for (const { source } of this.node(id).links.values()) {
        if (this.isCached(source)) continue;
        open.push(source);
        links.push([source, id]);
      }
    }
    for (const [from, to] of links) {
      const blocked = this.blocks.get(from) as Set<string>;
      if (blocked.has(to)) continue;
      blocked.add(to);
      this.waitsFor.set(to, (this.waitsFor.get(to) as number) + 1);
    }
  }

  private node(id: string): OrderedNode {
    return this.nodes.get(id) as OrderedNode;
  }

  /** The node to run next; undefined when none is left. */
  next(): string | undefined {
    const ready = [...this.waitsFor].filter(([, count]) => count === 0).map(([id]) => id);
    const isOutput = (id: string): boolean => this.node(id).nodeClass.isOutput ?? false;
    const blockedBy = (id: string): string[] => [...(this.blocks.get(id) as Set<string>)];
    return (
      ready.find(isOutput) ??
      ready.find((id) => blockedBy(id).some(isOutput)) ??
      ready.find((id) => blockedBy(id).some((blocked) => blockedBy(blocked).some(isOutput))) ??
      ready[0]
    );
  }

  complete(id: string): void {
    for (const blocked of this.blocks.get(id) as Set<string>) {
      this.waitsFor.set(blocked, (this.waitsFor.get(blocked) as number) - 1);
    }
    this.waitsFor.delete(id);
    this.blocks.delete(id);
  }
}
