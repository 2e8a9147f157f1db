import { decodeLiveText, encodeLiveText, liveSubject } from "@armada/contracts";
import type { Live } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";

/**
 * Live text on plain subjects: without a watcher the server drops it. Not signed: a team may publish under its own name
 * only, and what the server is made to write there (an answer to a request with a foreign reply subject, a consumer's
 * delivery) shows by its headers, its reply subject or its own subject, and is not taken.
 */
export function natsLive({ subscribe, mux }: Link, team: string): Live {
  return {
    publish: (piece) => mux.publishBuffer.publish(liveSubject(team, piece.run, piece.n), encodeLiveText(piece)),
    watch: (run, handler, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const unsubscribe = subscribe(liveSubject(team, run, "*"), (message) => {
          if (message.headers !== undefined || (message.reply ?? "") !== "") return;
          const piece = decodeLiveText(team, message.subject, message.string());
          if (piece?.run === run) handler(piece);
        });
        const end = (): void => {
          unsubscribe();
          resolve();
        };
        signal.addEventListener("abort", end, { once: true });
      }),
  };
}
