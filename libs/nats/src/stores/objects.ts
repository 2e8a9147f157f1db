import { hash } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import { type Objects, ROOM_HINT } from "@armada/event-sourcing";
import { headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { ONLY_READ } from "../accounts/crossings.ts";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { failedBy, refused, unavailable } from "../connection/unavailable.ts";
import { appendedFrom } from "../log/appended.ts";
import { behind } from "../log/fence.ts";
import { lastAtLeader } from "../log/leader.ts";
import { added, statusOf } from "../log/stored-headers.ts";

/** Below the server's `max_payload` of 1 MB, with room for headers. */
const CHUNK = 512 * 1024;
const TIMEOUT_MS = 10_000;
/** SHA-256 in base64url: no other text becomes a part of a subject. */
const DIGEST = /^[\w-]{43}$/;
const RIVAL_MS = 5;
/** A server's status where a filter has over 1,024 subjects. */
const TOO_MANY = 413;
/** On each chunk: how many there are. */
const COUNT = "Armada-Chunks";

/**
 * Objects as create-once chunks `obj.<team>.<digest>.<i>` in `OBJECTS_<team>`, beside them what others gave, as
 * `obj.<team>.of.<sender>.<digest>.<i>`. What takers of the team's facts may read is in `SHOWN_<team>` once more. The client's object store
 * rolls its metadata up, which no stream of ours may allow (docs/engine.md, "Streams").
 */
export function jetstreamObjects(link: Link, team: string): Objects {
  const own = placeOf(team);
  return {
    put: async (bytes) => {
      const digest = hash("sha256", bytes, "base64url");
      await putObject(link, own, digest, bytes);
      return digest;
    },
    give: async (digest, to) => {
      if (to === team || !givesCopies(link)) return undefined;
      const bytes = await objectOf(link, team, digest);
      if (bytes !== undefined) await putObject(link, copiesAt(to, team), digest, bytes);
      return bytes;
    },
    get: async (digest, sender = team) => {
      if (sender === team) return getHeld(link, team, digest);
      if (ONLY_READ.has(link.identity.name)) return getObject(link, placeOf(sender), digest);
      try {
        return await getObject(link, copiesAt(team, sender), digest);
      } catch (error) {
        if (givesCopies(link) || !(error instanceof ArmadaError) || error.code !== "OBJECT_MISSING") throw error;
        return getObject(link, placeOf(sender), digest);
      }
    },
    show: async (digest) => {
      if (!givesCopies(link)) return undefined;
      const bytes = await objectOf(link, team, digest);
      if (bytes !== undefined) await putObject(link, shownBy(team), digest, bytes);
      return bytes;
    },
    getShown: (digest, owner) => {
      const elsewhere = owner !== team && givesCopies(link) && !ONLY_READ.has(link.identity.name);
      return getObject(link, elsewhere ? shownBy(owner) : placeOf(owner), digest);
    },
    drop: async (digest) => {
      const purge = JSON.stringify({ filter: `${own.under}.${digest}.*` });
      const answer = await request(link, `${apiOf(link, `OBJECTS_${team}`)}.STREAM.PURGE.OBJECTS_${team}`, purge);
      const { error } = JSON.parse(answer.string()) as { error?: { description: string } };
      if (error !== undefined) throw unavailable(`objects of ${team}: ${error.description}`);
    },
  };
}

/** A stream, below which of its subjects, and what is there. */
type Place = { readonly stream: string; readonly under: string; readonly what: string };

function placeOf(team: string): Place {
  return { stream: `OBJECTS_${team}`, under: `obj.${team}`, what: `the objects of team ${team}` };
}

/** Who reads it can list it: nothing else may be there. */
export function shownBy(team: string): Place {
  return { stream: `SHOWN_${team}`, under: `shown.${team}`, what: `what team ${team} shows` };
}

/** Where in its store a team has what another one gave it. */
export function copiesAt(team: string, sender: string): Place {
  return { stream: `OBJECTS_${team}`, under: `obj.${team}.of.${sender}`, what: `what team ${sender} gave team ${team}` };
}

/** Whether who sends gives copies, as nobody else reads its store; else who receives reads there. */
function givesCopies({ identity }: Link): boolean {
  return identity.walled === true && identity.givesCopies === true;
}

function lost(error: unknown): undefined {
  // Of one that was lost whoever receives its digest is told when it looks.
  if (!(error instanceof ArmadaError && (error.code === "OBJECT_MISSING" || error.code === "OBJECT_CORRUPT"))) throw error;
}

/** Stores an object once, where it is not there. @throws ArmadaError `LOG_UNAVAILABLE`, `LOG_REFUSED` */
export async function putObject(link: Link, place: Place, digest: string, bytes: Uint8Array): Promise<void> {
  const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK));
  for (let i = 0; i < chunks; i++) await putChunk(link, place, `${digest}.${i}`, bytes.subarray(i * CHUNK, (i + 1) * CHUNK), chunks);
}

async function putChunk(link: Link, { stream, under }: Place, name: string, bytes: Uint8Array, chunks: number): Promise<void> {
  const h = headers();
  h.set("Nats-Expected-Last-Subject-Sequence", "0");
  h.set(COUNT, String(chunks));
  for (;;) {
    const appended = appendedFrom((await request(link, `${under}.${name}`, bytes, h)).string());
    if (appended.kind === "refused") throw refused(appended.reason);
    if (appended.kind === "full") throw unavailable(`the stream ${stream} is full: ${ROOM_HINT}`);
    if (appended.kind === "unavailable") throw unavailable(`${stream}: ${appended.reason}`);
    if (appended.kind === "appended" || appended.last !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, RIVAL_MS)); // a rival's write of it is in flight, and may fail
  }
}

/** The bytes of an object that a team has or was given; undefined where it is missing or corrupt. @throws ArmadaError `LOG_UNAVAILABLE` */
export function objectOf(link: Link, team: string, digest: string): Promise<Uint8Array | undefined> {
  return getHeld(link, team, digest).catch(lost);
}

/** One of a team's own, else what anyone gave it: whoever did, the digest tells whether it is what was meant. @throws ArmadaError as `getObject` */
async function getHeld(link: Link, team: string, digest: string): Promise<Uint8Array> {
  try {
    return await getObject(link, placeOf(team), digest);
  } catch (error) {
    if (!givesCopies(link)) throw error;
    lost(error);
    // One by one: what one giver made of it is in nobody else's way.
    for (const sender of await giversOf(link, team, digest)) {
      const bytes = await getObject(link, copiesAt(team, sender), digest).catch(lost);
      if (bytes !== undefined) return bytes;
    }
    throw error;
  }
}

/** Who gave a team an object. @throws ArmadaError `LOG_UNAVAILABLE` */
async function giversOf(link: Link, team: string, digest: string): Promise<readonly string[]> {
  const { stream, under } = copiesAt(team, "*");
  const first = `${under}.${digest}.0`;
  const deadline = performance.now() + TIMEOUT_MS;
  for (let tries = 0; ; tries++) {
    const there = await newest(link, stream, first);
    if (there.length > 0) return there.map((m) => added(m, "Nats-Subject").split(".")[3] ?? "");
    // The replica that answered may be behind its leader.
    if ((await lastAtLeader(link, stream, first)) === 0) return [];
    if (performance.now() > deadline) throw unavailable(`no replica has a copy of object ${digest} that ${team} was given`);
    await behind(tries);
  }
}

/** @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT`, `LOG_UNAVAILABLE` */
async function getObject(link: Link, place: Place, digest: string): Promise<Uint8Array> {
  const { stream, under, what } = place;
  if (!DIGEST.test(digest))
    throw new ArmadaError("OBJECT_MISSING", `there is no object ${JSON.stringify(digest)} in ${what}: that is no digest`);
  const deadline = performance.now() + TIMEOUT_MS;
  for (let tries = 0; ; tries++) {
    const { parts, of } = chunksIn(await newest(link, stream, `${under}.${digest}.*`));
    if (parts.size > 0 && parts.size === of) {
      const bytes = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
      if (hash("sha256", bytes, "base64url") === digest) return bytes;
      throw new ArmadaError("OBJECT_CORRUPT", `object ${digest} of ${what} is not what it was`);
    }
    // The replica that answered may be behind its leader. They are stored in their order: where one is at neither, there are no more.
    let lacking = 0;
    while (parts.has(lacking)) lacking++;
    if ((await lastAtLeader(link, stream, `${under}.${digest}.${lacking}`)) === 0)
      throw new ArmadaError("OBJECT_MISSING", `there is no object ${digest}${of > 0 ? " that is whole" : ""} in ${what}`);
    if (performance.now() > deadline) throw unavailable(`no replica has the whole of object ${digest} of ${what}`);
    await behind(tries);
  }
}

/** @throws ArmadaError `LOG_UNAVAILABLE` */
async function request(link: Link, subject: string, body: string | Uint8Array, h?: MsgHdrs): Promise<Msg> {
  const answer = await link.mux.request(subject, body, { timeout: TIMEOUT_MS, ...(h === undefined ? {} : { headers: h }) });
  if ("failed" in answer) throw failedBy(answer);
  if (statusOf(answer).code === 503) throw unavailable("no stream answers");
  return answer;
}

/** The chunks among messages, by their place, and of how many. */
function chunksIn(messages: readonly Msg[]): { parts: ReadonlyMap<number, Uint8Array>; of: number } {
  const last = messages.at(-1);
  const parts = new Map(messages.map((m) => [Number(added(m, "Nats-Subject").split(".").at(-1)), m.data]));
  return { parts, of: last === undefined ? 0 : Number(added(last, COUNT) || parts.size) };
}

/** The newest message of each subject under a filter, as one replica has them. @throws ArmadaError `OBJECT_CORRUPT`, `LOG_UNAVAILABLE` */
function newest(link: Link, stream: string, filter: string): Promise<readonly Msg[]> {
  const messages: Msg[] = [];
  return new Promise((resolve, reject) => {
    link.mux.stream(
      `${apiOf(link, stream)}.DIRECT.GET.${stream}`,
      JSON.stringify({ multi_last: [filter] }),
      (m: Msg) => {
        const { code, description } = statusOf(m);
        if (code === 0) {
          messages.push(m);
          return false;
        }
        if (code === 204 || code === 404) resolve(messages);
        else if (code === TOO_MANY) reject(new ArmadaError("OBJECT_CORRUPT", `${filter} has more parts than an object of ours`));
        else reject(unavailable(`${stream}: ${code} ${description}`));
        return true;
      },
      (reason) => reject(unavailable(reason)),
      { timeout: TIMEOUT_MS },
    );
  });
}
