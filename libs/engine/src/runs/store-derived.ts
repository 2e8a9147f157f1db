import { ArmadaError } from "@armada/contracts";
import { appendOnce, appendSole, attributes, type Ports, type Settled, setTimerOnce, spans } from "@armada/event-sourcing";
import type { Derived } from "../journal/derive.ts";

type StorePorts = Pick<Ports, "log" | "timers" | "clock" | "random" | "logger" | "tracer">;

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

function append(one: Extract<Derived, { kind: "append" }>, { log, tracer, ...ports }: StorePorts): Promise<Settled> {
  const traced: Pick<Ports["log"], "append" | "last"> = {
    append: (subject, body, expect) =>
      tracer.span(spanOf(subject), { [attributes.subject]: subject }, one.traceparent, () => log.append(subject, body, expect)),
    last: (filter, atLeast) => log.last(filter, atLeast),
  };
  // Nobody else may publish an ask or an answer of ours, nor may we read it in the other team's stream.
  const sole = one.subject.startsWith("ask.") || one.subject.startsWith("ans.");
  return sole ? appendSole({ ...ports, log: traced }, one) : appendOnce({ ...ports, log: traced }, one, one.expect);
}

function spanOf(subject: string): string {
  const [root = "", to = "", , capability = ""] = subject.split(".", 4);
  return root === "ask" ? spans.ask(`${to}.${capability}`) : spans.publish(root);
}
