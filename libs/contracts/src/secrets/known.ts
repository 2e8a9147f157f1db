import { type Redactor, redactIn, redactorOf } from "./redactor.ts";

/*
 * The secrets of a process are held once for all of it, as its environment is: a border that had to be handed them could be forgotten.
 * Whoever reads them at the start says them here; the simulator says none.
 */
const values = new Set<string>();
let redactor: Redactor = redactorOf(values);

/** From now on these values leave this process nowhere, neither in what it stores nor in what it says: until the answer is disposed of. */
export function knowSecrets(secrets: Iterable<string>): Disposable {
  const fresh = [...secrets].filter((secret) => !values.has(secret));
  for (const secret of fresh) values.add(secret);
  redactor = redactorOf(values);
  return {
    [Symbol.dispose]: () => {
      for (const secret of fresh) values.delete(secret);
      redactor = redactorOf(values);
    },
  };
}

/** Whether a text has the value of a secret of this process. */
export function holdsSecret(text: string): boolean {
  return redactor.holds(text);
}

/** A text without the values of this process's secrets and without what looks like one: for errors, logs, traces. */
export function redact(text: string): string {
  return redactor.all(text);
}

/** A text without the values of this process's secrets: for what is kept, as results. */
export function redactValues(text: string): string {
  return redactor.values(text);
}

/** What JSON can say, without the values of this process's secrets; itself where it has none. */
export function withoutSecrets<T>(value: T): T {
  return redactor.knows ? redactIn(value, redactValues) : value;
}

/** A text, which may be JSON, without the values of this process's secrets; JSON stays JSON. */
export function textWithoutSecrets(text: string): string {
  if (!redactor.holds(text)) return text;
  try {
    return JSON.stringify(withoutSecrets(JSON.parse(text)));
  } catch {
    return redactValues(text); // it is no JSON
  }
}

/** Bytes without the values of this process's secrets, where these are ASCII; themselves where they have none. */
export function bytesWithoutSecrets(bytes: Uint8Array): Uint8Array {
  const text = redactor.knows ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") : "";
  return redactor.holds(text) ? Buffer.from(redactValues(text), "latin1") : bytes;
}

/** How much of a text's end may be the beginning of a secret, in characters: who hands on a text in pieces keeps that back. */
export function pendingSecret(text: string): number {
  return redactor.pending(text);
}
