import { ArmadaError } from "@armada/contracts";
import {
  appendOnce,
  appendSole,
  attributes,
  giveBodies,
  type Objects,
  type Ports,
  type Settled,
  setTimerOnce,
  spans,
} from "@armada/event-sourcing";
import type { Derived } from "../journal/derive.ts";
import { persistent } from "./persistent-objects.ts";

type StorePorts = Pick<Ports, "log" | "timers" | "objects" | "clock" | "random" | "logger" | "tracer">;

/**
 * Stores what a decision derives, create-once. @returns the highest sequence of the own stream that it knows of: what
 * looks for a stored wait's event must look that far. @throws ArmadaError `SUBJECT_TAKEN` where a subject holds another's message, `LOG_REFUSED` */
export async function store(derived: readonly Derived[], ports: StorePorts): Promise<number> {
  if (derived.length === 0) return 0;
  return Math.max(...(await Promise.all(derived.map((one) => storeOne(one, ports)))));
}

async function storeOne(one: Derived, ports: StorePorts): Promise<number> {
  const what = one.kind === "timer" ? "a timer" : one.subject;
  const settled = await (one.kind === "timer" ? setTimerOnce(ports, one, { what }) : append(one, ports));
  if (settled.kind === "stored") return one.kind === "append" && one.subject.startsWith("run.") ? settled.seq : 0;
  if (settled.kind === "taken")
    throw new ArmadaError("SUBJECT_TAKEN", `${what} holds another's message, not ${one.kind === "timer" ? "ours" : one.id}`, {
      hint: "another writer used this id first; see `armada events show`",
    });
  throw new ArmadaError("LOG_REFUSED", `${what} is never stored: ${settled.reason}`);
}

async function append(one: Extract<Derived, { kind: "append" }>, { log, tracer, ...ports }: StorePorts): Promise<Settled> {
  const traced: Pick<Ports["log"], "append" | "last"> = {
    append: (subject, body, expect) =>
      tracer.span(spanOf(subject), { [attributes.subject]: subject }, one.traceparent, () => log.append(subject, body, expect)),
    last: (filter, atLeast) => log.last(filter, atLeast),
  };
  // Nobody else may publish an ask or an answer of ours, nor may we read it in the other team's stream.
  const sole = one.subject.startsWith("ask.") || one.subject.startsWith("ans.");
  await giveBodies(one.body, bodiesFor(one.subject, persistent(ports)));
  return sole ? appendSole({ ...ports, log: traced }, one) : appendOnce({ ...ports, log: traced }, one, one.expect);
}

/** What is done with an object that a message refers to: who receives an ask or answer is given it, who takes facts is shown it. */
function bodiesFor(subject: string, objects: Pick<Objects, "give" | "show">): (digest: string) => ReturnType<Objects["give"]> {
  const [kind, to = "", from = ""] = subject.split(".", 3);
  if (kind === "evt") return objects.show;
  const crosses = (kind === "ask" || kind === "ans") && to !== from;
  return crosses ? (digest) => objects.give(digest, to) : async () => undefined;
}

function spanOf(subject: string): string {
  const [root = "", to = "", , capability = ""] = subject.split(".", 4);
  return root === "ask" ? spans.ask(`${to}.${capability}`) : spans.publish(root);
}
