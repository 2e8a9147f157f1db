import { ArmadaError, decodeBody } from "@armada/contracts";
import {
  type Appended,
  type Expectation,
  type Loaded,
  type Log,
  type Logger,
  type Message,
  ROOM_HINT,
  roomText,
} from "@armada/event-sourcing";
import type { Msg } from "@nats-io/transport-node";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import type { Fail } from "../connection/publish-buffer.ts";
import { sparing } from "../connection/sparing.ts";
import { unavailable } from "../connection/unavailable.ts";
import type { KeyRing } from "../identity/key-ring.ts";
import { streamRoom } from "../streams/stream-room.ts";
import { appendedFrom } from "./appended.ts";
import { expecting } from "./expectation.ts";
import { behind } from "./fence.ts";
import { follow } from "./follow.ts";
import { lastAtLeader } from "./leader.ts";
import { page } from "./page.ts";
import { pull, type Take, type TakeNow, UNKNOWN } from "./pull.ts";
import { scan } from "./scan.ts";
import { sinceOf } from "./since.ts";
import { added, statusOf, storedHeaders, UNREADABLE } from "./stored-headers.ts";
import { StreamIdentity } from "./stream-identity.ts";
import type { Reader, Reading, Signer } from "./writer.ts";

const APPEND_TIMEOUT_MS = 5_000;
const LOAD_TIMEOUT_MS = 5_000;
/** Longer than a cluster needs to agree on a consumer's configuration. */
const RESUME_MS = 100;
/** As long as anybody waits for it. */
const HEARD_MS = 2_000;
/** The port's limit; the server's own is 1,024 subjects. */
const MAX_LOAD = 1_000;

/** What the server says of a consumer; `ts` is its own clock. */
type Info = {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_waiting: number;
  readonly created: string;
  readonly ts: string;
  readonly paused?: boolean;
};

type Place = { readonly subject: string; readonly seq: number };
/** What a direct get answered; `forged`: messages that no reader takes. */
type Answered = { readonly messages: Message[]; readonly forged: readonly Place[]; readonly upTo: number; readonly empty: boolean };

type ApiError = { readonly description: string };

/** The Log port on one of a team's JetStream streams: its journals and facts, or its draws. */
export function jetstreamLog(
  link: Link,
  team: string,
  kind: "TEAM" | "DRAWS",
  about: { readonly reader: Reader; readonly keys: KeyRing; readonly signer: Signer; readonly logger: Logger },
): Log {
  const { reader, keys, signer, logger } = about;
  const { warn } = sparing(logger);
  const stream = `${kind}_${team}`;
  const { mux } = link;
  const api = apiOf(link, stream);
  const identity = new StreamIdentity(link, stream, logger);
  /** The server says who sent what came here, to the team itself: whoever else reads the stream, the team could have put anything there. */
  const inOwnAccount = link.identity.walled === true && link.identity.name === team;
  // As long as it is not known since when, signatures are checked.
  if (inOwnAccount) void identity.look().catch((error: unknown) => warn(`${stream} is not there yet: ${String(error)}`));
  const seen = new Set<number>();
  const take: TakeNow = (subject, seq, time, m, viaGet) => {
    identity.saw(seq);
    const body = m.string();
    const headers = storedHeaders(m);
    const reading: Reading =
      headers === UNREADABLE
        ? { kind: "forged", why: "its headers cannot be parsed" }
        : reader.read(subject, body, headers, viaGet, inOwnAccount && seq > identity.accountsAfter);
    if (reading.kind === "forged") {
      if (!seen.has(seq)) logger.warn(`message ${seq} of ${stream} is not taken: ${reading.why}`, { subject, seq });
      if (seen.size < 100_000) seen.add(seq);
      return undefined;
    }
    if (reading.kind === "unknown") {
      warn(`messages of team ${reading.of} in ${stream} wait for its key`, { subject, seq });
      void keys.again();
      return UNKNOWN;
    }
    const { envelopes, origin } = reading;
    return origin === undefined ? { subject, seq, body, time, envelopes } : { subject, seq, body, time, envelopes, origin };
  };

  /** For who reads in order: waits until it can be told, or there is no hope of that. */
  const takeSoon: Take = (...stored) => orLater(stored);
  const orLater = (stored: Parameters<Take>, keyless?: (team: string) => void): ReturnType<Take> => {
    const taken = take(...stored);
    return taken === UNKNOWN ? later(stored, keyless) : taken;
  };
  const later = async (stored: Parameters<Take>, keyless?: (team: string) => void): Promise<Message | undefined> => {
    for (;;) {
      await keys.again();
      const taken = take(...stored);
      if (taken !== UNKNOWN) return taken;
      const [subject, seq, , m] = stored;
      const writer = decodeBody(m.string())?.at(-1)?.team ?? "";
      if (!keys.hopeless(writer)) continue;
      warn(`messages of team ${writer} in ${stream} are passed by: it has no key`, { subject, seq });
      keyless?.(writer);
      return undefined;
    }
  };

  /** A message from a direct get's answer. */
  const got = (m: Msg): ReturnType<Take> =>
    takeSoon(added(m, "Nats-Subject"), Number(added(m, "Nats-Sequence")), Date.parse(added(m, "Nats-Time-Stamp")), m, true);

  /**
   * In the own stream a conflict is one with a message that readers take: what was forged under the filter holds no place.
   * Another team's stream is not ours to look into.
   */
  function append(subject: string, body: string, expect?: Expectation): Promise<Appended> {
    const signed = Buffer.from(signer.sign(subject, body));
    const appended = appendOnce(subject, signed, expect).then((result) => {
      if (result.kind === "full") void sayFull(subject);
      if (result.kind === "appended" && subject.split(".", 2)[1] === team) identity.saw(result.seq);
      return result;
    });
    return expect?.filter.split(".")[1] !== team
      ? appended
      : appended.then((result) => (result.kind === "conflict" ? pastForged(subject, signed, expect, result) : result));
  }

  /** Which stream, its bytes, what to do; of another team's stream the bytes are not ours to see. */
  async function sayFull(subject: string): Promise<void> {
    const owner = subject.split(".")[1] ?? team;
    const room = owner === team ? await streamRoom(link, stream).catch(() => undefined) : undefined;
    warn(`${room === undefined ? `the stream TEAM_${owner} is full` : roomText(room)}: its writers wait; ${ROOM_HINT}`);
  }

  async function pastForged(subject: string, signed: Uint8Array, expect: Expectation, first: Appended): Promise<Appended> {
    let result = first;
    for (let last = expect.last; result.kind === "conflict" && result.last !== undefined && result.last > last; ) {
      last = result.last;
      if (!(await onlyForgedSince(expect, last))) return result;
      result = await appendOnce(subject, signed, { filter: expect.filter, last });
    }
    return result;
  }

  /** Whether readers take nothing of what came under the filter after the expected message, `met` being the last of it. */
  async function onlyForgedSince({ filter, last }: Expectation, met: number): Promise<boolean> {
    const answer = await mux.request(`${api}.DIRECT.GET.${stream}`, JSON.stringify({ seq: met }), { timeout: LOAD_TIMEOUT_MS });
    const code = "failed" in answer ? undefined : statusOf(answer).code;
    if ("failed" in answer || (code !== 0 && code !== 404) || (code === 0 && (await got(answer)) !== undefined)) return false;
    // 404: the replica that answered has not stored it yet; the load waits for one that has.
    const loaded = await load(filter, met);
    return loaded.kind === "loaded" && (loaded.messages.at(-1)?.seq ?? 0) <= last;
  }

  function appendOnce(subject: string, signed: Uint8Array, expect?: Expectation): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const take = (m: Msg): boolean => {
        try {
          resolve(statusOf(m).code === 503 ? { kind: "unavailable", reason: "no stream answers" } : appendedFrom(m.string()));
        } catch (error) {
          reject(error);
        }
        return true;
      };
      const fail: Fail = (reason, refused) => resolve({ kind: refused === true ? "refused" : "unavailable", reason });
      mux.stream(subject, signed, take, fail, {
        ...(expect === undefined ? {} : { headers: expecting(subject, expect) }),
        timeout: APPEND_TIMEOUT_MS,
      });
    });
  }

  /** The last message of each subject, as of sequence `before` where one is given. */
  async function loadOnce(filter: string, before?: number): Promise<Answered | "too_many"> {
    const messages: Message[] = [];
    const forged: Place[] = [];
    const waiting: Promise<void>[] = [];
    const sort = (m: Msg, message: Message | undefined): void => {
      if (message !== undefined) messages.push(message);
      else forged.push({ subject: added(m, "Nats-Subject"), seq: Number(added(m, "Nats-Sequence")) });
    };
    const answered = await new Promise<Answered | "too_many">((resolve, reject) => {
      mux.stream(
        `${api}.DIRECT.GET.${stream}`,
        JSON.stringify({ multi_last: [filter], ...(before === undefined ? {} : { up_to_seq: before - 1 }) }),
        (m) => {
          const { code, description } = statusOf(m);
          if (code === 0) {
            const message = got(m);
            if (message instanceof Promise) waiting.push(message.then((one) => sort(m, one)));
            else sort(m, message);
            return false;
          }
          if (code === 204) resolve({ messages, forged, upTo: Number(added(m, "Nats-UpTo-Sequence") || 0), empty: false });
          else if (code === 404) resolve({ messages, forged, upTo: 0, empty: true });
          else if (code === 413) resolve("too_many");
          else reject(unavailable(`direct get answered ${code} ${description}`));
          return true;
        },
        (reason) => reject(unavailable(reason)),
        { timeout: LOAD_TIMEOUT_MS },
      );
    });
    await Promise.all(waiting);
    return answered;
  }

  /** The newest message under a forged one of the same subject that a reader takes: a forged one hides nothing. */
  async function under({ subject, seq }: Place): Promise<Message[]> {
    for (let before = seq; before > 1; ) {
      const loaded = await loadOnce(subject, before);
      if (loaded === "too_many" || loaded.messages.length > 0) return loaded === "too_many" ? [] : loaded.messages;
      before = loaded.forged[0]?.seq ?? 0;
    }
    return [];
  }

  async function load(filter: string, atLeast = 0): Promise<Loaded> {
    const deadline = performance.now() + LOAD_TIMEOUT_MS;
    for (let tries = 0; ; tries++) {
      const loaded = await loadOnce(filter);
      if (loaded === "too_many" || loaded.messages.length > MAX_LOAD) return { kind: "too_many" };
      const { messages, forged, upTo, empty } = loaded;
      if (upTo >= atLeast || (empty && (await lastAtLeader(link, stream, filter)) === 0)) {
        for (const place of forged) messages.push(...(await under(place)));
        return { kind: "loaded", messages: messages.sort((a, b) => a.seq - b.seq), upTo: Math.max(upTo, atLeast) };
      }
      if (performance.now() > deadline) throw unavailable(`no replica of ${stream} has reached sequence ${atLeast}`);
      await behind(tries);
    }
  }

  async function consumerInfo(queue: string): Promise<Info> {
    const info = await call(link, `${api}.CONSUMER.INFO.${stream}.${queue}`, {});
    if (info.error !== undefined) throw unavailable(`queue ${queue} of ${stream}: ${info.error.description}`);
    return info as unknown as Info;
  }

  /** Whether the server, by its own clock, has the pause before it. */
  async function pauseUntil(queue: string, until: number): Promise<boolean> {
    const answer = await call(link, `${api}.CONSUMER.PAUSE.${stream}.${queue}`, { pause_until: new Date(until).toISOString() });
    if (answer.error !== undefined) throw unavailable(answer.error.description);
    return (answer as { paused?: boolean }).paused === true;
  }

  /** One direct get, however many match. Where a replica has not the fence, the leader's last sequence is the fence. */
  async function last(filter: string, atLeast = 0): Promise<Message | undefined> {
    const deadline = performance.now() + LOAD_TIMEOUT_MS;
    let leader: number | undefined;
    for (let tries = 0; ; tries++) {
      const answer = await mux.request(`${api}.DIRECT.GET.${stream}`, JSON.stringify({ last_by_subj: filter }), {
        timeout: LOAD_TIMEOUT_MS,
      });
      if ("failed" in answer) throw unavailable(answer.failed);
      const { code, description } = statusOf(answer);
      if (code !== 0 && code !== 404) throw unavailable(`direct get answered ${code} ${description}`);
      const seq = code === 404 ? 0 : Number(added(answer, "Nats-Sequence"));
      if (seq < atLeast) leader ??= await lastAtLeader(link, stream, filter);
      if (seq >= Math.min(atLeast, leader ?? atLeast)) return seq === 0 ? undefined : ((await got(answer)) ?? lastTaken(filter, seq));
      if (performance.now() > deadline) throw unavailable(`no replica of ${stream} has reached sequence ${atLeast}`);
      await behind(tries);
    }
  }

  /** The last message is none that a reader takes: the one before it is among all of them. */
  async function lastTaken(filter: string, atLeast: number): Promise<Message | undefined> {
    const loaded = await load(filter, atLeast);
    if (loaded.kind === "too_many")
      throw new ArmadaError(
        "LAST_NOT_TAKEN",
        `the last message of ${filter} is not to be taken, and those before it are too many to look through`,
      );
    return loaded.messages.at(-1);
  }

  return {
    append,
    load,
    last,
    follow: (filters, from, handler, signal) => follow(link, stream, identity, { filters, from }, takeSoon, handler, signal, logger),
    scan: (filters, from, handler, keyless) => scan(link, stream, { filters, from }, (...stored) => orLater(stored, keyless), handler),
    page: (filter, from, most) => page(link, stream, { filter, from, ...most }, got),
    work: (queue, handler, signal) => pull(link, stream, identity, queue, take, handler, signal, logger),
    pause: async (queue, until) => {
      // Whether it is ahead the server says: this machine's clock may be off.
      if (until > 0 && (await pauseUntil(queue, until))) {
        // In a cluster the answer comes before the consumer's own leader has heard of it; where it never does, another has resumed it.
        for (const end = performance.now() + HEARD_MS; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 5))) {
          const { paused, ts } = await consumerInfo(queue);
          if (paused === true || Date.parse(ts) >= until) return;
        }
        return;
      }
      // A pause that is over by the server's clock wakes no pull that waits; one that ends by the server's timer does (2.15.1).
      for (let ms = RESUME_MS; ; ms *= 4) if (await pauseUntil(queue, Date.parse((await consumerInfo(queue)).ts) + ms)) return;
    },
    depth: async (queue) => {
      const [of, { metadata }] = await Promise.all([consumerInfo(queue), identity.look()]);
      return {
        pending: of.num_pending,
        unacked: of.num_ack_pending,
        workers: of.num_waiting,
        since: sinceOf(metadata, queue) ?? Date.parse(of.created),
      };
    },
    head: async () => (await identity.look()).lastSeq,
    replaced: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve("aborted");
        const end = (how: "replaced" | "aborted"): void => {
          unlisten();
          resolve(how);
        };
        const unlisten = identity.onReplaced(() => end("replaced"));
        signal.addEventListener("abort", () => end("aborted"), { once: true });
      }),
  };
}

/** @throws ArmadaError `LOG_UNAVAILABLE` where nobody answers */
async function call(link: Link, subject: string, body: unknown): Promise<{ error?: ApiError }> {
  const answer = await link.mux.request(subject, JSON.stringify(body), { timeout: LOAD_TIMEOUT_MS });
  if ("failed" in answer) throw unavailable(answer.failed);
  if (statusOf(answer).code === 503) throw unavailable("no stream answers");
  return JSON.parse(answer.string()) as { error?: ApiError };
}
