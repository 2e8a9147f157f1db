import { EXIT } from "../exit.ts";
import type { TraceNode } from "../lines.ts";
import { lengthOf, type Output } from "../output.ts";
import { CausalTree } from "../runs/causal-tree.ts";
import type { Session } from "../session.ts";

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
  for (const line of lines(trace.root, "", "", Date.parse(trace.root.at))) out.say(line);
  for (const team of trace.missing) out.say(`without team ${team}: its stream is not there, or does not answer; what it did is not shown`);
  out.say(`${trace.messagesRead} messages read in ${ms} ms`);
  return EXIT.ok;
}

function lines(node: TraceNode, head: string, tail: string, zero: number): string[] {
  const after = node.at === "" ? "" : `+${lengthOf(Math.max(0, Date.parse(node.at) - zero))}`;
  const label =
    node.kind === "run" ? `${node.team}.${node.what}  ${node.id}` : `${node.kind === "step" ? "" : `${node.kind} `}${node.what}`;
  const own = [`${head}${label}`, node.status ?? "", after].filter((part) => part !== "").join("  ");
  return [
    own,
    ...node.children.flatMap((child, index) => {
      const last = index === node.children.length - 1;
      return lines(child, `${tail}${last ? "└─ " : "├─ "}`, `${tail}${last ? "   " : "│  "}`, zero);
    }),
  ];
}
