import type { Session } from "@armada/operations/mesh/session";
import { CausalTree } from "@armada/operations/trace/causal-tree";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { sayRows } from "../render/fitted.ts";
import { traceTree } from "../render/trace-tree.ts";

/** Prints what caused what around a run or an event, across teams. */
export async function traceCommand(session: Session, id: string, out: Output): Promise<number> {
  const started = performance.now();
  const manifests = session.manifests();
  const teams = (await session.teams()).map((name) => ({ name, subscriptions: manifests.get(name)?.subscriptions ?? [] }));
  const trace = await new CausalTree(teams, (team) => session.log(team)).of(id);
  const ms = Math.round(performance.now() - started);
  out.emit({
    type: "trace",
    id,
    correlation: trace.correlation,
    messagesRead: trace.messagesRead,
    ms,
    missing: trace.missing,
    root: trace.root,
  });
  sayRows(traceTree(trace.root), `armada trace ${id} --json`, out.say);
  for (const team of trace.missing) out.say(`without team ${team}: its stream is not there, or does not answer; what it did is not shown`);
  out.say(`${trace.messagesRead} messages read in ${ms} ms`);
  return EXIT.ok;
}
