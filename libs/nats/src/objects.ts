import { hash } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import type { Objects } from "@armada/event-sourcing";
import { headers, type Msg } from "@nats-io/transport-node";
import type { Link } from "./connect.ts";
import { appendedFrom, unavailable } from "./jetstream-log.ts";

/** Below the server's `max_payload` of 1 MB, with room for headers. */
const CHUNK = 512 * 1024;
const TIMEOUT_MS = 10_000;

/**
 * Objects as create-once chunks `obj.<team>.<digest>.<i>` in `OBJECTS_<team>`. The client's object store rolls its
 * metadata up, which no stream of ours may allow (ENGINE.md, "Streams").
 */
export function jetstreamObjects(link: Link, team: string): Objects {
  const own = (digest: string): string => `obj.${team}.${digest}`;
  return {
    put: async (bytes) => {
      const digest = hash("sha256", bytes, "base64url");
      const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK));
      for (let i = 0; i < chunks; i++) {
        const h = headers();
        h.set("Nats-Expected-Last-Subject-Sequence", "0");
        h.set("Armada-Chunks", String(chunks));
        const answer = await link.mux.request(`${own(digest)}.${i}`, bytes.subarray(i * CHUNK, (i + 1) * CHUNK), {
          headers: h,
          timeout: TIMEOUT_MS,
        });
        if ("failed" in answer) throw unavailable(answer.failed);
        if (answer.headers?.code === 503) throw unavailable("no stream answers");
        const appended = appendedFrom(answer.string());
        if (appended.kind === "unavailable" || appended.kind === "full") throw unavailable(`objects of ${team}: ${appended.kind}`);
      }
      return digest;
    },
    get: async (digest, owner = team) => {
      const chunks = await getChunks(link, owner, digest);
      const bytes = Buffer.concat(chunks);
      if (chunks.length === 0) throw new ArmadaError("OBJECT_MISSING", `team ${owner} has no object ${digest}`);
      if (hash("sha256", bytes, "base64url") !== digest)
        throw new ArmadaError("OBJECT_CORRUPT", `object ${digest} of team ${owner} is not what it was`);
      return bytes;
    },
    drop: async (digest) => {
      const answer = await link.mux.request(`$JS.API.STREAM.PURGE.OBJECTS_${team}`, JSON.stringify({ filter: `${own(digest)}.*` }), {
        timeout: TIMEOUT_MS,
      });
      if ("failed" in answer) throw unavailable(answer.failed);
    },
  };
}

function getChunks(link: Link, owner: string, digest: string): Promise<Uint8Array[]> {
  const parts = new Map<number, Uint8Array>();
  return new Promise((resolve, reject) => {
    link.mux.stream(
      `$JS.API.DIRECT.GET.OBJECTS_${owner}`,
      JSON.stringify({ multi_last: [`obj.${owner}.${digest}.*`] }),
      (m: Msg) => {
        const code = m.headers?.code ?? 0;
        if (code === 0) {
          parts.set(Number(m.headers?.get("Nats-Subject").split(".").at(-1)), m.data);
          return false;
        }
        if (code === 204 || code === 404) resolve([...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
        else reject(unavailable(`objects of ${owner}: ${code} ${m.headers?.description ?? ""}`));
        return true;
      },
      (reason) => reject(unavailable(reason)),
      TIMEOUT_MS,
    );
  });
}
