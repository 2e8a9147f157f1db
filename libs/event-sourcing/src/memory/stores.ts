import { hash } from "node:crypto";
import { ArmadaError } from "@armada/contracts";

type Register = { readonly value: string; readonly revision: number };

/** Registers by team and key. */
export class MemoryRegisters {
  readonly #values = new Map<string, Register>();
  readonly #watchers = new Set<(key: string, value: string, revision: number) => void>();

  get(key: string): Register | undefined {
    return this.#values.get(key);
  }

  put(key: string, value: string, expected: number | undefined): number | undefined {
    const revision = this.#values.get(key)?.revision ?? 0;
    if (expected !== undefined && expected !== revision) return undefined;
    this.#values.set(key, { value, revision: revision + 1 });
    for (const watcher of this.#watchers) watcher(key, value, revision + 1);
    return revision + 1;
  }

  watch(key: string, handler: (value: string, revision: number) => void, signal: AbortSignal): Promise<void> {
    const now = this.#values.get(key);
    if (now !== undefined) handler(now.value, now.revision);
    const watcher = (changed: string, value: string, revision: number): void => {
      if (changed === key) handler(value, revision);
    };
    this.#watchers.add(watcher);
    return new Promise((resolve) => {
      const end = (): void => {
        this.#watchers.delete(watcher);
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  }
}

/** Bodies by owner and content. The owner of a copy is `copiesOf` who has it and who gave it. */
export class MemoryObjects {
  readonly #bytes = new Map<string, Uint8Array>();

  put(owner: string, bytes: Uint8Array): string {
    const digest = hash("sha256", bytes, "base64url");
    this.#bytes.set(`${owner} ${digest}`, bytes.slice());
    return digest;
  }

  give(owner: string, digest: string, to: string): Uint8Array | undefined {
    const bytes = this.#whole(owner, digest);
    if (bytes !== undefined) this.put(copiesOf(to, owner), bytes);
    return bytes?.slice();
  }

  /** One of a team's own, else what anyone gave it. @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT` */
  getHeld(owner: string, digest: string): Uint8Array {
    return this.#whole(owner, digest)?.slice() ?? this.get(owner, digest);
  }

  #whole(owner: string, digest: string): Uint8Array | undefined {
    const isWhole = (bytes: Uint8Array | undefined): boolean => bytes !== undefined && hash("sha256", bytes, "base64url") === digest;
    const own = this.#bytes.get(`${owner} ${digest}`);
    if (isWhole(own)) return own;
    const given = [...this.#bytes.keys()].filter((key) => key.startsWith(copiesOf(owner, "")) && key.endsWith(` ${digest}`));
    return given.map((key) => this.#bytes.get(key)).find(isWhole);
  }

  /** @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT` */
  get(owner: string, digest: string): Uint8Array {
    const bytes = this.#bytes.get(`${owner} ${digest}`);
    if (bytes === undefined) throw new ArmadaError("OBJECT_MISSING", `team ${owner} has no object ${digest}`);
    if (hash("sha256", bytes, "base64url") !== digest)
      throw new ArmadaError("OBJECT_CORRUPT", `object ${digest} of team ${owner} is not what it was`);
    return bytes.slice();
  }

  drop(owner: string, digest: string): void {
    this.#bytes.delete(`${owner} ${digest}`);
  }

  /** Changes the first byte, as a bad disk does. */
  spoil(owner: string, digest: string): void {
    const stored = this.#bytes.get(`${owner} ${digest}`) ?? new Uint8Array();
    this.#bytes.set(`${owner} ${digest}`, Uint8Array.from([(stored[0] ?? 0) ^ 1, ...stored.subarray(1)]));
  }
}

/** Whose the copies are that `sender` gave `team`: a name that no team can have. */
export function copiesOf(team: string, sender: string): string {
  return `${team} of ${sender}`;
}
