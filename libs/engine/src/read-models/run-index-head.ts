import type { Log } from "@armada/event-sourcing";
import { Head } from "./run-index.ts";

/** The head, where the message that it was written at is where it was; undefined where the stream is another one. */
export async function ofThisStream(text: string, log: Pick<Log, "last">): Promise<Head | undefined> {
  const read = Head.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { at, upTo } = read.data;
  if (at === undefined) return read.data;
  const there = await log.last(at.subject);
  return there?.seq === upTo && there.envelopes[0]?.id === at.id ? read.data : undefined;
}

/** A register of the index; undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what a forged reply stored, or another layout
  }
}
