import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { knowSecrets, type TeamManifest } from "@armada/contracts";
import type { Clock, Log, Logger, Objects, Random, Registers } from "@armada/event-sourcing";
import { choicesIn, type Source, sourcesOf, unknownIn } from "@armada/operations/hooks/choice";
import { type Hook, hookFileIn, readHooks } from "@armada/operations/hooks/hook-file";
import { Turns } from "../reading/turns.ts";
import { Lease } from "./lease.ts";
import { Sender, type SenderPorts } from "./sender.ts";
import { Tails } from "./tails.ts";

const LOOK_MS = 1_000;

export type HooksPorts = {
  /** Of the file of hooks. */
  readonly folder: string;
  /** Of the gateway itself. */
  readonly registers: Pick<Registers, "get" | "put">;
  /** Other teams' streams, over a connection that nothing which is written waits behind. */
  readonly log: (team: string) => Pick<Log, "page" | "follow" | "head">;
  readonly sequenceAt: (team: string, time: number) => Promise<number>;
  readonly objects: Pick<Objects, "get">;
  /** Of the teams that were provisioned, as of now. */
  readonly manifests: () => ReadonlyMap<string, TeamManifest>;
  readonly clock: Clock;
  readonly random: Pick<Random, "next" | "id">;
  readonly logger: Logger;
};

/** Sends what the hooks of the gateway's folder want, as their file has them now, while no other gateway does. */
export class Hooks {
  readonly #ports: HooksPorts;
  readonly #sender: SenderPorts;
  readonly #lease: Lease;
  readonly #senders = new Map<string, Sender>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #hooks: readonly Hook[] = [];
  #sources = new Map<string, ReadonlyMap<string, Source>>();
  #seen = "";
  #manifests: ReadonlyMap<string, TeamManifest> | undefined;
  #known = "";

  constructor(ports: HooksPorts) {
    this.#ports = ports;
    const { registers, log, sequenceAt, objects, clock, random, logger } = ports;
    const writer = random.id();
    this.#lease = new Lease(registers, writer);
    const reads = { log, sequenceAt, turns: new Turns() };
    const may = (): boolean => this.#lease.sure;
    this.#sender = { registers, writer, reads, tails: new Tails(log), objects, clock, random, logger, may };
    this.#running = this.#run();
  }

  /** Ends what is sent, and lets another gateway send at once. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await Promise.all([...this.#senders.values()].map((sender) => sender.stop(false)));
    await this.#lease.release();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#look();
      if (this.#hooks.length > 0) await this.#lease.keep();
      this.#reconcile();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined); // the signal is looked at
    }
  }

  /** A file that cannot be read changes nothing, and the log says so. */
  async #look(): Promise<void> {
    const { folder, logger, manifests } = this.#ports;
    const of = await stat(hookFileIn(folder)).catch(() => undefined); // no file, no hooks
    const seen = of === undefined ? "none" : `${of.ino} ${of.mtimeMs} ${of.size}`;
    const all = manifests();
    const known = [...all.values()].map(({ team, code }) => `${team} ${code}`).join();
    if (seen === this.#seen && known === this.#known && all === this.#manifests) return;
    try {
      if (seen !== this.#seen) this.#hooks = await readHooks(folder);
      this.#seen = seen;
    } catch (error) {
      this.#seen = seen; // said once
      logger.warn(`the hooks stay as they were: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#known = known;
    this.#manifests = all;
    knowSecrets(this.#hooks.map(({ secret }) => secret));
    this.#choose();
  }

  #choose(): void {
    const { manifests, logger } = this.#ports;
    const all = [...manifests().values()];
    const choices = choicesIn(all);
    const before = this.#sources;
    this.#sources = new Map(this.#hooks.map((hook) => [idOf(hook), kept(before.get(idOf(hook)), sourcesOf(hook, all))]));
    for (const hook of this.#hooks) {
      const { types, runs } = unknownIn(hook, choices);
      if (types.length + runs.length > 0 && !before.has(idOf(hook)))
        logger.warn(`hook ${hook.name} waits for what no team has: ${[...types, ...runs].join(", ")}`, { hook: hook.name });
    }
  }

  #reconcile(): void {
    const wanted = new Map(this.#lease.sure ? this.#hooks.map((hook) => [hook.name, hook]) : []);
    for (const [name, sender] of this.#senders) {
      const hook = wanted.get(name);
      if (hook?.made === sender.made) sender.update(hook, this.#sourcesOf(hook));
      // One that was removed wants nothing more; of one that another gateway has, what is on its way may be answered.
      else void sender.stop(this.#lease.sure);
    }
    for (const [name, hook] of wanted) {
      if (this.#senders.has(name)) continue;
      const sender = new Sender(this.#sender, hook, this.#sourcesOf(hook));
      this.#senders.set(name, sender);
      void sender.ended.then(() => void (this.#senders.get(name) === sender && this.#senders.delete(name)));
    }
  }

  #sourcesOf(hook: Hook): ReadonlyMap<string, Source> {
    return this.#sources.get(idOf(hook)) ?? new Map();
  }
}

const idOf = ({ name, made }: Hook): string => `${name} ${made}`;

/** Those of before where they want the same: who follows one goes on with it. */
function kept(before: ReadonlyMap<string, Source> | undefined, now: ReadonlyMap<string, Source>): ReadonlyMap<string, Source> {
  return new Map(
    [...now].map(([filter, source]) => {
      const old = before?.get(filter);
      const same = old !== undefined && [...source.wants].sort().join() === [...old.wants].sort().join();
      return [filter, same ? old : source];
    }),
  );
}
