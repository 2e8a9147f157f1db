import type { Message } from "@armada/event-sourcing";
import { z } from "zod";

const Told = z.object({ at: z.string(), until: z.string().optional(), by: z.string().optional(), probe: z.string().optional() });

/** Whether a message of a team's stream is of one of its breakers. */
export function isOfBreaker({ subject }: Pick<Message, "subject">): boolean {
  return subject.split(".", 3)[2] === "call_breaker";
}

/** What a reader expects of the story of each breaker of a stream: what may follow what, and none before its time. */
export function checkBreakers(messages: readonly Message[]): string[] {
  const wrong: string[] = [];
  const of = Map.groupBy(messages.filter(isOfBreaker), ({ subject }) => subject.split(".")[4] ?? "");
  for (const [agent, story] of of) {
    let status = "closed";
    let until = 0;
    let probe: string | undefined;
    for (const [index, { subject, envelopes }] of story.entries()) {
      const [, , , event = "", , version] = subject.split(".");
      const told = Told.parse(envelopes[0]?.data);
      const at = Date.parse(told.at);
      const where = `${event} of the breaker of ${agent}, its ${index + 1}.`;
      if (Number(version) !== index + 1) wrong.push(`${where}: it is called version ${version}`);
      const follows =
        (event === "opened" && told.by === "calls" && status === "closed") ||
        (event === "opened" && told.by === "probe" && status === "half_open") ||
        (event === "probing" && status !== "closed" && at >= until && told.probe !== probe) ||
        ((event === "closed" || event === "yielded") && status === "half_open");
      if (!follows) wrong.push(`${where}: it follows ${status} until ${until} at ${at}`);
      status = event === "closed" ? "closed" : event === "probing" ? "half_open" : "open";
      until = Date.parse(told.until ?? told.at);
      if (event !== "closed" && !(until > at)) wrong.push(`${where}: it ends at ${until}, and began at ${at}`);
      probe = told.probe ?? probe;
      const { status: written } = z.object({ status: z.string() }).parse(envelopes.at(-1)?.data);
      if (written !== status) wrong.push(`${where}: the state with it says ${written}, not ${status}`);
    }
  }
  return wrong;
}
