import { isToken } from "@armada/contracts";
import type { Gossip } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";

/** On plain subjects that only the team itself may publish on: no stream has them. As with live text, what the server was made to write is not taken. */
export function natsGossip({ subscribe, mux }: Link, team: string): Gossip {
  const subject = (topic: string): string => {
    if (!isToken(topic)) throw new TypeError(`${JSON.stringify(topic)} is no topic`);
    return `gossip.${team}.${topic}`;
  };
  return {
    say: (topic, body) => mux.publishBuffer.publish(subject(topic), body),
    listen: (topic, handler, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const unsubscribe = subscribe(subject(topic), (message) => {
          if (message.headers === undefined && (message.reply ?? "") === "") handler(message.string());
        });
        const end = (): void => {
          unsubscribe();
          resolve();
        };
        signal.addEventListener("abort", end, { once: true });
      }),
  };
}
