import { hash } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import { type Objects, ROOM_HINT } from "@armada/event-sourcing";
import { headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { failedBy, refused, unavailable } from "../connection/unavailable.ts";
import { appendedFrom } from "../log/appended.ts";
import { behind } from "../log/fence.ts";
import { added, statusOf } from "../log/stored-headers.ts";

/** Below the server's `max_payload` of 1 MB, with room for headers. */
const CHUNK = 512 * 1024;
const TIMEOUT_MS = 10_000;
const RIVAL_MS = 5;
/** On each chunk: how many there are. */
const COUNT = "Armada-Chunks";

/**
 * Objects as create-once chunks `obj.<team>.<digest>.<i>` in `OBJECTS_<team>`. The client's object store rolls its
 * metadata up, which no stream of ours may allow (docs/engine.md, "Streams").
 */
export function jetstreamObjects(link: Link, team: string): Objects {
  const own = (digest: string): string => `obj.${team}.${digest}`;
  return {
    put: async (bytes) => {
      const digest = hash("sha256", bytes, "base64url");
      const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK));
      for (let i = 0; i < chunks; i++) await putChunk(`${own(digest)}.${i}`, bytes.subarray(i * CHUNK, (i + 1) * CHUNK), chunks);
      return digest;
    },
    get: async (digest, owner = team) => {
      const deadline = performance.now() + TIMEOUT_MS;
      for (let tries = 0; ; tries++) {
        const { parts, of } = await getChunks(link, owner, digest);
        if (parts.length > 0 && parts.length === of) {
          const bytes = Buffer.concat(parts);
          if (hash("sha256", bytes, "base64url") === digest) return bytes;
          throw new ArmadaError("OBJECT_CORRUPT", `object ${digest} of team ${owner} is not what it was`);
        }
        // The replica that answered may be behind its leader.
        if (!(await atLeader(link, owner, `obj.${owner}.${digest}.${Math.max(0, of - 1)}`)))
          throw new ArmadaError("OBJECT_MISSING", `team ${owner} has no object ${digest}${of > 0 ? " that is whole" : ""}`);
        if (performance.now() > deadline) throw unavailable(`no replica has the whole of object ${digest} of team ${owner}`);
        await behind(tries);
      }
    },
    drop: async (digest) => {
      const purge = JSON.stringify({ filter: `${own(digest)}.*` });
      const answer = await request(link, `${apiOf(link, `OBJECTS_${team}`)}.STREAM.PURGE.OBJECTS_${team}`, purge);
      const { error } = JSON.parse(answer.string()) as { error?: { description: string } };
      if (error !== undefined) throw unavailable(`objects of ${team}: ${error.description}`);
    },
  };

  async function putChunk(subject: string, bytes: Uint8Array, chunks: number): Promise<void> {
    const h = headers();
    h.set("Nats-Expected-Last-Subject-Sequence", "0");
    h.set(COUNT, String(chunks));
    for (;;) {
      const appended = appendedFrom((await request(link, subject, bytes, h)).string());
      if (appended.kind === "refused") throw refused(appended.reason);
      if (appended.kind === "full") throw unavailable(`the stream OBJECTS_${team} is full: ${ROOM_HINT}`);
      if (appended.kind === "unavailable") throw unavailable(`objects of ${team}: ${appended.reason}`);
      if (appended.kind === "appended" || appended.last !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, RIVAL_MS)); // a rival's write of it is in flight, and may fail
    }
  }
}

/** @throws ArmadaError `LOG_UNAVAILABLE` */
async function request(link: Link, subject: string, body: string | Uint8Array, h?: MsgHdrs): Promise<Msg> {
  const answer = await link.mux.request(subject, body, { timeout: TIMEOUT_MS, ...(h === undefined ? {} : { headers: h }) });
  if ("failed" in answer) throw failedBy(answer);
  if (statusOf(answer).code === 503) throw unavailable("no stream answers");
  return answer;
}

async function atLeader(link: Link, owner: string, subject: string): Promise<boolean> {
  const answer = await request(
    link,
    `${apiOf(link, `OBJECTS_${owner}`)}.STREAM.MSG.GET.OBJECTS_${owner}`,
    JSON.stringify({ last_by_subj: subject }),
  );
  const { error } = JSON.parse(answer.string()) as { error?: { code: number; description: string } };
  if (error !== undefined && error.code !== 404) throw unavailable(`objects of ${owner}: ${error.description}`);
  return error === undefined;
}

/** The chunks that one replica has, and of how many. */
function getChunks(link: Link, owner: string, digest: string): Promise<{ parts: Uint8Array[]; of: number }> {
  const parts = new Map<number, Uint8Array>();
  let of = 0;
  return new Promise((resolve, reject) => {
    link.mux.stream(
      `${apiOf(link, `OBJECTS_${owner}`)}.DIRECT.GET.OBJECTS_${owner}`,
      JSON.stringify({ multi_last: [`obj.${owner}.${digest}.*`] }),
      (m: Msg) => {
        const { code, description } = statusOf(m);
        if (code === 0) {
          parts.set(Number(added(m, "Nats-Subject").split(".").at(-1)), m.data);
          of = Number(added(m, COUNT) || parts.size);
          return false;
        }
        if (code === 204 || code === 404) resolve({ parts: [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes), of });
        else reject(unavailable(`objects of ${owner}: ${code} ${description}`));
        return true;
      },
      (reason) => reject(unavailable(reason)),
      { timeout: TIMEOUT_MS },
    );
  });
}
