import { ArmadaError } from "@armada/contracts";
import { attributes, type Ports, spans } from "@armada/event-sourcing";
import type { Derived } from "../journal/derive.ts";
import { pause, persistently } from "./persistently.ts";

const RIVAL_MS = 5;

type StorePorts = Pick<Ports, "log" | "timers" | "clock" | "logger" | "tracer">;

/**
 * Stores what a decision derives, create-once. @returns the highest sequence of the own stream that it knows of: what
 * looks for a stored wait's event must look that far. @throws ArmadaError `SUBJECT_TAKEN` where a subject holds another's message, `LOG_REFUSED` */
export async function store(derived: readonly Derived[], ports: StorePorts): Promise<number> {
  if (derived.length === 0) return 0;
  return Math.max(...(await Promise.all(derived.map((one) => storeOne(one, ports)))));
}

async function storeOne(one: Derived, ports: StorePorts): Promise<number> {
  const own = one.kind === "append" && one.subject.startsWith("run.");
  for (let tries = 0; ; tries++) {
    const result =
      one.kind === "timer"
        ? await ports.timers.at({ run: one.run, n: one.n }, one.time, one.body)
        : await ports.tracer.span(spanOf(one.subject), { [attributes.subject]: one.subject }, one.traceparent, () =>
            ports.log.append(one.subject, one.body, one.expect),
          );
    if (result.kind === "appended") return own ? result.seq : 0;
    if (result.kind === "conflict") {
      if (one.kind === "timer") return 0; // already set
      if (result.last === undefined) {
        await ports.clock.sleep(RIVAL_MS);
        continue;
      }
      if (one.subject.startsWith("ask.") || one.subject.startsWith("ans.")) return 0; // nobody else may publish there, nor we read there
      const owner = await ownerOf(one.subject, result.last, ports);
      if (owner === one.id) return own ? result.last : 0;
      throw new ArmadaError("SUBJECT_TAKEN", `${one.subject} holds ${owner ?? "another's message"}, not ${one.id}`, {
        hint: "another writer used this id first; see `armada events show`",
      });
    }
    if (result.kind === "refused")
      throw new ArmadaError("LOG_REFUSED", `${one.kind === "timer" ? "a timer" : one.subject} is never stored: ${result.reason}`);
    if (tries % 20 === 2)
      ports.logger.warn(`${one.kind === "timer" ? "a timer" : one.subject} waits: the log is ${result.kind}`, { tries });
    await ports.clock.sleep(pause(tries));
  }
}

function spanOf(subject: string): string {
  const [root = "", to = "", , capability = ""] = subject.split(".", 4);
  return root === "ask" ? spans.ask(`${to}.${capability}`) : spans.publish(root);
}

/** Fenced by the sequence that the conflict named: an older view would miss the very message that it speaks of. */
async function ownerOf(subject: string, atLeast: number, ports: Pick<Ports, "log" | "clock" | "logger">): Promise<string | undefined> {
  const stored = await persistently(`read ${subject}`, ports, () => ports.log.last(subject, atLeast));
  return stored?.envelopes[0]?.id;
}
