import { asToken, textWithoutSecrets } from "@armada/contracts";
import type { Logger, Registers } from "@armada/event-sourcing";
import { headers, type Msg } from "@nats-io/transport-node";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { failedBy, refused, unavailable } from "../connection/unavailable.ts";
import { appendedFrom } from "../log/appended.ts";
import { follow } from "../log/follow.ts";
import type { Take } from "../log/pull.ts";
import { added, statusOf, storedHeaders, UNREADABLE } from "../log/stored-headers.ts";
import { StreamIdentity } from "../log/stream-identity.ts";
import { serverWrote } from "../log/writer.ts";

const TIMEOUT_MS = 5_000;

/**
 * Registers as the last message of each `reg.<team>.<key>` in `REG_<team>`, and so with `cache` and `index`, whose keys may have
 * several tokens; a revision is its sequence. The client's
 * key-value store allows roll-ups on its stream, which a forged reply could use to erase it (docs/engine.md, "Streams").
 * What a forged reply stored is read as an empty text: its revision holds, its body is nobody's.
 */
export function jetstreamRegisters(link: Link, kind: "reg" | "cache" | "index", team: string, logger: Logger): Registers {
  const stream = `${kind.toUpperCase()}_${team}`;
  const api = apiOf(link, stream);
  const subjectOf = (key: string): string => `${kind}.${team}.${kind === "index" ? key.split(".").map(asToken).join(".") : asToken(key)}`;
  return {
    get: async (key) => {
      const body = JSON.stringify({ last_by_subj: subjectOf(key) });
      const answer = await link.mux.request(`${api}.DIRECT.GET.${stream}`, body, { timeout: TIMEOUT_MS });
      if ("failed" in answer) throw unavailable(answer.failed);
      const { code } = statusOf(answer);
      if (code === 404) return undefined;
      if (code !== 0) throw unavailable(`registers of ${team}: ${code}`);
      return { value: bodyOf(answer, true), revision: Number(added(answer, "Nats-Sequence")) };
    },
    put: async (key, value, expectRevision) => {
      const h = headers();
      if (expectRevision !== undefined) h.set("Nats-Expected-Last-Subject-Sequence", String(expectRevision));
      const answer = await link.mux.request(subjectOf(key), textWithoutSecrets(value), { headers: h, timeout: TIMEOUT_MS });
      if ("failed" in answer) throw failedBy(answer);
      if (statusOf(answer).code === 503) throw unavailable("no stream answers");
      const appended = appendedFrom(answer.string());
      if (appended.kind === "conflict") return undefined;
      if (appended.kind === "refused") throw refused(appended.reason);
      if (appended.kind !== "appended") throw unavailable(`registers of ${team}: ${appended.kind}`);
      return appended.seq;
    },
    watch: (key, handler, signal) => {
      const take: Take = (subject, seq, time, message, viaGet) => ({
        subject,
        seq,
        time,
        body: bodyOf(message, viaGet),
        envelopes: [],
      });
      return follow(
        link,
        stream,
        new StreamIdentity(link, stream, logger),
        { filters: [subjectOf(key)], from: 0 },
        take,
        (message) => handler(message.body, message.seq),
        signal,
        logger,
      );
    },
  };
}

function bodyOf(message: Msg, viaGet: boolean): string {
  const stored = storedHeaders(message);
  return stored === UNREADABLE || serverWrote(stored, viaGet) !== undefined ? "" : message.string();
}
