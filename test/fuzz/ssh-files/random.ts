/** The same numbers for the same seed (mulberry32), so that every generated file can be had again. */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to 1. */
  number(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.number() * limit);
  }

  chance(probability: number): boolean {
    return this.number() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Between `least` and `most` of what `make` gives. */
  some<Item>(least: number, most: number, make: () => Item): Item[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
}

/** One slip of the pen: a character gone, doubled, swapped for another or put in. */
export function slip(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const odd = random.pick([..." \t\"'\\#=,!*?%$~@|[]:\r\0\f\v", "é", "  ", "none", "0", "x"]);
  const rest = text.slice(at);
  return (
    text.slice(0, at) + random.pick([rest.slice(1), rest.slice(0, 1) + rest, odd + rest.slice(1), odd + rest, rest.slice(2)])
  );
}
