import { ArmadaError } from "@armada/contracts";
import type { Clock, Logger, Message, Objects, Random } from "@armada/event-sourcing";
import type { Source } from "@armada/operations/hooks/choice";
import type { Hook } from "@armada/operations/hooks/hook-file";
import { DOWN_AFTER } from "@armada/operations/hooks/hook-state";
import {
  begin,
  beginAnew,
  due,
  giveBack,
  nothingHeld,
  type Outcome,
  obey,
  offer,
  readTo,
  roomIn,
  type Send,
  settleFresh,
  settleHeld,
  WINDOW,
} from "./delivery.ts";
import { bodyOf, itemOf } from "./outgoing.ts";
import { post } from "./post.ts";
import { HookRecord, type RecordPorts } from "./record.ts";
import { firstHeld, readBehind, type StreamReads } from "./source-reader.ts";
import type { Tails } from "./tails.ts";

/** How often the record is written at most, ms. */
const SAVE_MS = 200;
/** How long what the log does not answer waits, ms. */
const AGAIN_MS = 500;
/** By how much clocks of servers may differ whose streams are restored or moved, ms. */
const CLOCKS_MS = 10 * 60_000;
/** What may be held in memory of what was read, characters of bodies. */
const MOST_READ = 4 * 1024 * 1024;
/** What is on its way when the gateway stops may still be answered for so long, ms. */
const GRACE_MS = 2_000;
const IDLE_MS = 60_000;

export type SenderPorts = RecordPorts & {
  readonly reads: StreamReads;
  readonly tails: Tails;
  readonly objects: Pick<Objects, "get">;
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  readonly logger: Logger;
  /** Whether this gateway is the one that sends. */
  readonly may: () => boolean;
};

/** `news`: whether there may be more to read. `looks`: how often it was looked in vain for what was heard of. */
type Following = { readonly source: Source; readonly stop: () => void; heard: number; news: boolean; looks: number };

/** Sends what one hook wants, until it is stopped or another gateway does. */
export class Sender {
  readonly #ports: SenderPorts;
  readonly #stopping = new AbortController();
  readonly #cut = new AbortController();
  readonly #following = new Map<string, Following>();
  readonly #messages = new Map<string, Message>();
  readonly #flights = new Set<Promise<void>>();
  #hook: Hook;
  #sources: ReadonlyMap<string, Source>;
  #read = 0;
  #reading = false;
  #saving = false;
  #savedAt = Number.NEGATIVE_INFINITY;
  #ring: (() => void) | undefined;
  #rung = false;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;

  constructor(ports: SenderPorts, hook: Hook, sources: ReadonlyMap<string, Source>) {
    this.#ports = ports;
    this.#hook = hook;
    this.#sources = sources;
    this.ended = this.#run();
  }

  /** The hook whose this is. */
  get made(): string {
    return this.#hook.made;
  }

  /** What the hook's file and the teams' manifests say now. */
  update(hook: Hook, sources: ReadonlyMap<string, Source>): void {
    this.#hook = hook;
    this.#sources = sources;
    this.#wake();
  }

  /** `atOnce`: what is on its way is cut off. */
  async stop(atOnce: boolean): Promise<void> {
    this.#stopping.abort();
    if (atOnce) this.#cut.abort();
    this.#wake();
    await this.ended;
  }

  async #run(): Promise<void> {
    const record = await this.#claim();
    if (record === undefined) return;
    try {
      await this.#work(record);
    } catch (error) {
      this.#ports.logger.warn(`hook ${this.#hook.name} is begun again: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#stopping.abort();
      this.#cut.abort();
      for (const { stop } of this.#following.values()) stop();
    }
  }

  async #claim(): Promise<HookRecord | undefined> {
    while (!this.#stopping.signal.aborted) {
      try {
        return await HookRecord.claim(this.#ports, this.#hook);
      } catch (error) {
        if (!(error instanceof ArmadaError)) throw error;
        await this.#until(AGAIN_MS);
      }
    }
    return undefined;
  }

  async #work(record: HookRecord): Promise<void> {
    const { clock, logger } = this.#ports;
    const { delivery: d } = record;
    const { signal } = this.#stopping;
    let lost = false;
    const save = async (): Promise<void> => {
      this.#saving = true;
      const how = await record.save();
      this.#saving = false;
      this.#savedAt = performance.now();
      lost ||= how === "lost";
      this.#wake();
    };
    while (!signal.aborted && !lost) {
      const now = clock.now();
      obey(d, this.#hook.orders, now);
      this.#follow(d);
      let wait = IDLE_MS;
      if (this.#ports.may()) {
        const { send, at } = due(d, now);
        for (const one of send) this.#fly(d, one);
        if (at !== undefined) wait = Math.max(0, at - now);
        this.#readMore(d);
      } else wait = AGAIN_MS;
      if (d.dirty && !this.#saving) {
        const since = performance.now() - this.#savedAt;
        if (since >= SAVE_MS || d.unsaved >= WINDOW / 2) void save();
        else wait = Math.min(wait, SAVE_MS - since);
      }
      await this.#until(wait);
    }
    if (lost) return logger.info(`another gateway sends for hook ${this.#hook.name}`);
    const grace = setTimeout(() => this.#cut.abort(), GRACE_MS);
    await Promise.all(this.#flights);
    clearTimeout(grace);
    while (this.#saving) await this.#until(SAVE_MS);
    if (d.dirty) await record.save();
  }

  /** Begins with sources that are new, and ends with those that are wanted no longer. */
  #follow(d: HookRecord["delivery"]): void {
    for (const [filter, following] of this.#following)
      if (this.#sources.get(filter) !== following.source) {
        following.stop();
        this.#following.delete(filter);
      }
    for (const [filter, source] of this.#sources) {
      if (this.#following.has(filter)) continue;
      begin(d, filter, Date.parse(this.#hook.from));
      const heard = (seq: number): void => {
        Object.assign(following, { heard: seq, news: true, looks: 0 });
        this.#wake();
      };
      const following: Following = { source, stop: this.#ports.tails.listen(source, heard), heard: 0, news: true, looks: 0 };
      this.#following.set(filter, following);
    }
  }

  #readMore(d: HookRecord["delivery"]): void {
    const room = this.#read >= MOST_READ ? 0 : roomIn(d);
    const next = [...this.#following.values()].find(({ news }) => news);
    if (this.#reading || room === 0 || next === undefined) return;
    this.#reading = true;
    void this.#readOne(d, next, room).finally(() => {
      this.#reading = false;
      this.#wake();
    });
  }

  async #readOne(d: HookRecord["delivery"], following: Following, room: number): Promise<void> {
    const { source } = following;
    const { filter } = source;
    const from = readTo(d, filter);
    following.news = false;
    // Those that wait as well have their turn before it.
    this.#following.delete(filter);
    this.#following.set(filter, following);
    try {
      const read = await readBehind(this.#ports.reads, source, from, room);
      if (readTo(d, filter).seq !== from.seq) {
        following.news = true; // it was begun anew meanwhile
        return;
      }
      if (read.kind === "replaced") {
        this.#ports.logger.warn(
          `the stream of ${source.team} is another one: hook ${this.#hook.name} reads it again, from a little before where it was`,
        );
        this.#beginAnew(d, filter);
        following.news = true;
        return;
      }
      const items = read.messages.map((message) => itemOf(source, message));
      for (const [i, message] of read.messages.entries()) {
        if (items[i]?.wanted !== true) continue;
        this.#messages.set(`${filter} ${message.seq}`, message);
        this.#read += message.body.length;
      }
      offer(d, items);
      if (!read.whole) following.news = true;
      // Who told of it may have looked at another replica.
      else if ((readTo(d, filter).seq ?? 0) < following.heard && following.looks++ < 8)
        this.#later(() => (following.news = true), AGAIN_MS / 2);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      this.#later(() => (following.news = true), AGAIN_MS);
    }
  }

  #beginAnew(d: HookRecord["delivery"], filter: string): void {
    beginAnew(d, filter, { margin: CLOCKS_MS, floor: Date.parse(this.#hook.from) });
    for (const key of this.#messages.keys()) if (key.startsWith(`${filter} `)) this.#forget(key);
  }

  #fly(d: HookRecord["delivery"], send: Send): void {
    const flight = this.#send(d, send)
      .catch((error: unknown) => {
        // What cannot be understood is what this hook fails with, and ends no other.
        this.#ports.logger.warn(`hook ${this.#hook.name}: ${error instanceof Error ? error.message : String(error)}`);
        giveBack(d, send, this.#ports.clock.now() + IDLE_MS);
      })
      .finally(() => {
        this.#flights.delete(flight);
        this.#wake();
      });
    this.#flights.add(flight);
  }

  async #send(d: HookRecord["delivery"], send: Send): Promise<void> {
    const { clock, random, objects } = this.#ports;
    const filter = send.kind === "fresh" ? send.item.source : send.held.source;
    const source = this.#sources.get(filter);
    if (source === undefined) return giveBack(d, send, clock.now() + IDLE_MS);
    try {
      const message = await this.#messageOf(d, send, source);
      if (message === undefined) return;
      const item = itemOf(source, message);
      const outcome = await this.#posted(item.id, await bodyOf(source, message, objects).catch(lostBody));
      if (this.#cut.signal.aborted && outcome.kind === "failed") return giveBack(d, send, clock.now());
      const time = { now: clock.now(), random };
      const before = { down: d.failures >= DOWN_AFTER, disabled: d.disabled };
      if (send.kind === "fresh") {
        settleFresh(d, send.item, outcome, time);
        this.#forget(`${filter} ${send.item.seq}`);
      } else settleHeld(d, item, outcome, time);
      this.#tell(d, before, outcome, item.key);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      giveBack(d, send, clock.now() + AGAIN_MS);
    }
  }

  async #messageOf(d: HookRecord["delivery"], send: Send, source: Source): Promise<Message | undefined> {
    if (send.kind === "fresh") return this.#messages.get(`${source.filter} ${send.item.seq}`);
    const found = await firstHeld(this.#ports.reads, source, send.held);
    if (found !== undefined) return found;
    const mark = d.marks.get(source.filter) ?? { time: 0 };
    if ((await readBehind(this.#ports.reads, source, mark, 1)).kind === "replaced") this.#beginAnew(d, source.filter);
    else {
      this.#ports.logger.warn(`hook ${this.#hook.name} lets go what it held back of ${send.held.key}: it is not to be read any more`);
      nothingHeld(d, send.held, this.#ports.clock.now());
    }
    return undefined;
  }

  async #posted(id: string, body: string | Outcome): Promise<Outcome> {
    if (typeof body !== "string") return body;
    return post(this.#hook, { id, body }, { signal: this.#cut.signal, now: this.#ports.clock.now() });
  }

  #tell(d: HookRecord["delivery"], before: { down: boolean; disabled: number | undefined }, outcome: Outcome, key: string): void {
    const { logger } = this.#ports;
    const about = { hook: this.#hook.name };
    const down = d.failures >= DOWN_AFTER;
    const why = outcome.kind === "failed" ? outcome.error : "";
    if (down && !before.down) logger.warn(`hook ${about.hook} waits for its receiver: ${why}`, about);
    if (!down && before.down) logger.info(`the receiver of hook ${about.hook} takes what it is sent again`, about);
    if (d.disabled !== undefined && before.disabled === undefined)
      logger.warn(`hook ${about.hook} is disabled: its receiver answered 410; \`armada hooks enable ${about.hook}\``, about);
    const held = d.held.get(key);
    if (held?.parked !== undefined)
      logger.warn(`hook ${about.hook} parked ${held.id} and what comes behind it: ${why}`, { ...about, id: held.id, tries: held.tries });
  }

  #forget(key: string): void {
    this.#read -= this.#messages.get(key)?.body.length ?? 0;
    this.#messages.delete(key);
  }

  #later(act: () => void, ms: number): void {
    setTimeout(() => {
      act();
      this.#wake();
    }, ms).unref();
  }

  #wake(): void {
    this.#rung = true;
    this.#ring?.();
  }

  /** Until something happens, or for so long. */
  async #until(ms: number): Promise<void> {
    if (!this.#rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#ring = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#rung = false;
    this.#ring = undefined;
  }
}

function lostBody(error: unknown): Outcome {
  if (error instanceof ArmadaError && (error.code === "OBJECT_MISSING" || error.code === "OBJECT_CORRUPT"))
    return { kind: "failed", error: `its data is not to be had: ${error.code}`, unsent: true };
  throw error;
}
