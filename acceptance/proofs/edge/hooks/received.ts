import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Figure, none } from "../../harness/proof.ts";
import type { Stored } from "../../judges/streams.ts";

/** A request that the receiver took. `at`: ms since 1970. */
export type Received = { readonly at: number; readonly hook: string; readonly id: string; readonly valid: boolean; readonly body: string };
/** A message that a hook is to send: its one id, what it is of, the event itself. */
export type Wanted = {
  readonly hook: string;
  readonly id: string;
  readonly key: string;
  readonly event: Readonly<Record<string, unknown>>;
};

export function receivedIn(file: string): readonly Received[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1); // one that was killed while it wrote did not answer
  return whole
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Received];
      } catch {
        return []; // the half of a line, which a kill left behind
      }
    });
}

/** The facts of some types in a team's stream, in its order: each has its id in its subject, and of the mesh's own events that is the event's. */
export function factsIn(hook: string, messages: readonly Stored[], types: readonly string[]): readonly Wanted[] {
  return messages.flatMap(({ subject, events: [event] }) => {
    const [kind, team = "", entity = "", , id = "", key = ""] = subject.split(".");
    if (kind !== "evt" || event === undefined || !types.includes(event.type)) return [];
    const { id: own, type, data } = event;
    return [{ hook, id: team === "gateway" ? key : own, key: `${team} ${entity} ${id}`, event: { id: own, type, data } }];
  });
}

/** The ends of a team's runs. */
export function endsIn(hook: string, messages: readonly Stored[]): readonly Wanted[] {
  return messages.flatMap(({ subject, events }) => {
    const [kind, team, does, workflow, run = ""] = subject.split(".");
    const ended = events.find(({ type }) => type === "armada.run.ended");
    if (kind !== "run" || does !== "end" || ended === undefined) return [];
    const { status } = ended.data as { readonly status: string };
    const data = { team, workflow, run, status, href: `/v1/runs/${run}` };
    return [{ hook, id: run, key: run, event: { id: run, type: "armada.run.ended", data } }];
  });
}

/** Whether all came that was to come, and nothing else; each by its one id, signed, in order. `wanted` is in the order of the streams. */
export function* judged(wanted: readonly Wanted[], received: readonly Received[]): Generator<Figure> {
  const nameOf = ({ hook, id }: { readonly hook: string; readonly id: string }): string => `${hook} ${id}`;
  const first = new Map<string, { readonly at: number; readonly got: Received }>();
  for (const [at, got] of received.entries()) if (!first.has(nameOf(got))) first.set(nameOf(got), { at, got });
  const known = new Map(wanted.map((one) => [nameOf(one), one]));
  const missing = wanted.filter((one) => !first.has(nameOf(one)));
  yield { name: "facts and ended runs to be sent", value: wanted.length, target: "> 0", ok: wanted.length > 0 };
  yield none("facts and ended runs with the id of another", wanted.length === known.size ? [] : [`${wanted.length - known.size}`]);
  yield none("of them those that did not come", missing.map(nameOf));
  yield none(
    "what came and nobody had chosen",
    [...first.keys()].filter((name) => !known.has(name)),
  );
  yield none("signatures that do not hold", received.filter(({ valid }) => !valid).map(nameOf));
  yield none(
    "bodies that are not the event",
    received
      .filter((got) => {
        const { id, type, data } = JSON.parse(got.body) as Record<string, unknown>;
        return !isDeepStrictEqual({ id, type, data }, known.get(nameOf(got))?.event);
      })
      .map(nameOf),
  );
  const before = new Map<string, { readonly at: number; readonly id: string }>();
  const disorder = wanted.flatMap((one) => {
    const key = `${one.hook} ${one.key}`;
    const at = first.get(nameOf(one))?.at;
    const last = before.get(key);
    if (at === undefined) return [];
    before.set(key, { at, id: one.id });
    return last !== undefined && last.at > at ? [`${one.id} before ${last.id} of ${one.key}`] : [];
  });
  yield none("first receptions out of their key's order", disorder);
}
