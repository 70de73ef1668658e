/** A declaration's way through the provider's own check, as the engine makes it for a resource that is not there yet. */
import { kinds } from "../../../provider";
import { hosts } from "../../../provider/hosts";
import { type DynamicProvider, dynamicProvider } from "../../../provider/pulumi-adapter";

export type Fields = Readonly<Record<string, unknown>>;

/** What is declared, and every message that a person then sees, in this order. */
export type Case = readonly [declared: unknown, ...messages: string[]];

/** Cases of one kind: each is declared beside some fields that are right. */
export interface Subject {
  readonly subject: string;
  readonly beside?: Fields;
  readonly cases: readonly Case[];
}

export const declaredIn = ({ beside }: Subject, [declared]: Case): unknown =>
  beside === undefined ? declared : { ...beside, ...(declared as Fields) };

const owner = { project: "network", stack: "dev", name: "uplink" };

/** The provider of each kind, in this process. It would end the whole process at an interrupt: `end` takes that back. */
export class Checks {
  private readonly before = process.listeners("SIGINT");
  private readonly providers = new Map<string, DynamicProvider>();

  /** @returns what a person is told; a host is dialled when there is nothing to tell */
  async messages(kind: string, fields: Fields): Promise<string[]> {
    const { failures } = await this.provider(kind).check({}, { owner, ...fields });
    return failures.map(({ reason }) => reason);
  }

  private provider(name: string): DynamicProvider {
    const kind = kinds[name];
    if (!kind) throw new Error(`There is no kind ${name}.`);
    const provider = this.providers.get(name) ?? dynamicProvider(kind);
    this.providers.set(name, provider);
    return provider;
  }

  async end(): Promise<void> {
    await hosts.end();
    const added = process.listeners("SIGINT").filter((listener) => !this.before.includes(listener));
    added.forEach((listener) => process.off("SIGINT", listener));
  }
}
