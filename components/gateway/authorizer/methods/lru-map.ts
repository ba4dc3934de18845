/** A map that forgets the entry longest unused when it would hold more than `capacity`: attackers choose the keys. */
export class LruMap<Value> {
  // A Map keeps the order of insertion, so re-inserting on every use makes its first entry the longest unused.
  private readonly entries = new Map<string, Value>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.capacity && oldest !== undefined) this.entries.delete(oldest);
  }
}
