import { z } from "zod";
import { count, type Figure, none } from "../harness/proof.ts";
import type { Span } from "../product/otlp.ts";
import type { RawMessage } from "./raw-messages.ts";

export type TreeNode = { readonly kind: string; readonly id: string; readonly team: string; readonly children: readonly TreeNode[] };
const Node: z.ZodType<TreeNode> = z.lazy(() => z.object({ kind: z.string(), id: z.string(), team: z.string(), children: z.array(Node) }));
/** `trace --json`. */
export const Trace = z.object({ type: z.literal("trace"), correlation: z.string(), messagesRead: z.number(), ms: z.number(), root: Node });

const Started = z.object({ by: z.object({ kind: z.string(), from: z.string(), id: z.string() }) });
const Call = z.object({ n: z.number() });

/** Every thing of a chain with what caused it, `CAUSE > THING`, as the raw messages of all streams tell it. */
export function causesInTheLog(chain: readonly RawMessage[]): string[] {
  const causes: string[] = [];
  for (const { stream, subject, envelopes } of chain) {
    const [root, team = "", from, , id = "", last, branch] = subject.split(".");
    if (stream !== `TEAM_${team}` || branch !== undefined) continue; // copies and derived dispatches are no things of their own
    if (root === "ask" && from !== "operator") causes.push(`run ${from} ${emitterOf(id)} > ask ${from} ${id}`);
    if (root === "evt" && last !== undefined)
      causes.push(team === "gateway" ? `> event ${team} ${last}` : `run ${team} ${emitterOf(last)} > event ${team} ${last}`);
    if (root !== "run") continue;
    for (const { type, data } of envelopes) {
      if (type === "armada.step.requested") causes.push(`run ${team} ${id} > step ${team} ${id}-${Call.parse(data).n}`);
      if (type === "armada.approval.asked") causes.push(`run ${team} ${id} > approval ${team} ${id}-${Call.parse(data).n}`);
      if (type === "armada.wait.set") causes.push(`run ${team} ${id} > wait ${team} ${id}-${Call.parse(data).n}`);
      if (type !== "armada.run.started") continue;
      const { by } = Started.parse(data);
      causes.push(by.from === "operator" ? `> run ${team} ${id}` : `${by.kind} ${by.from} ${by.id} > run ${team} ${id}`);
    }
  }
  return causes.sort();
}

/** The same of a tree that `trace` printed. */
export function causesInTheTree(node: TreeNode, above = ""): string[] {
  const own = `${node.kind} ${node.team} ${node.id}`;
  return [above === "" ? `> ${own}` : `${above} > ${own}`, ...node.children.flatMap((child) => causesInTheTree(child, own))].sort();
}

function emitterOf(id: string): string {
  return id.replace(/-\d+$/u, "");
}

/** What a connected trace of `chain` has; each figure names what it lacks. `teams`: services that must have reported. */
export function* judgeSpans(
  name: string,
  chain: readonly RawMessage[],
  spans: readonly Span[],
  teams: readonly string[],
): Generator<Figure> {
  const parents = chain.flatMap(({ stream, subject, envelopes }) =>
    envelopes.map(({ traceparent = "" }) => ({
      where: `${stream} ${subject}`,
      trace: traceparent.split("-")[1],
      span: traceparent.split("-")[2],
    })),
  );
  const steps = causesInTheLog(chain).flatMap((cause) => / > step \S+ (.*)$/u.exec(cause)?.[1] ?? []);
  const runs = new Set(chain.flatMap(({ subject }) => (subject.startsWith("run.") ? (subject.split(".")[4] ?? []) : [])));
  const traces = new Set(parents.flatMap(({ trace }) => trace ?? []));
  const own = spans.filter((span) => traces.has(span.traceId) || runs.has(String(span.attributes["armada.run"])));
  const known = new Set(own.map(({ spanId }) => spanId));
  const roots = own.filter(({ parentSpanId }) => parentSpanId === "");
  const reported = new Set(own.map(({ service }) => service));
  const about = own.map(({ service, name: span }) => `${service}: ${span}`);
  yield count(`${name}: traces`, new Set(own.map(({ traceId }) => traceId)).size, 1, [...new Set(about)].join(", "));
  yield count(`${name}: root spans`, roots.length, 1, roots.map(({ service, name: span }) => `${service}: ${span}`).join(", "));
  yield none(
    `${name}: spans whose parent never arrived`,
    own
      .filter(({ parentSpanId }) => parentSpanId !== "" && !known.has(parentSpanId))
      .map(({ service, name: span }) => `${service}: ${span}`),
  );
  yield none(
    `${name}: messages in the log whose span never arrived`,
    parents
      .filter(({ span }) => span === undefined || !known.has(span))
      .map(({ where, trace }) => `${where}${trace === undefined ? " (no traceparent)" : ""}`),
  );
  yield none(
    `${name}: steps in the journals without a span of their run and number`,
    steps.filter(
      (step) => !own.some(({ attributes }) => `${String(attributes["armada.run"])}-${String(attributes["armada.step"])}` === step),
    ),
  );
  yield none(
    `${name}: services that sent no span`,
    teams.filter((team) => !reported.has(team)),
  );
}

/** Kinds of span that a chain of publish, process, ask, agent and model call has. */
export function kindsMissing(spans: readonly Span[]): string[] {
  const first = new Set(spans.map(({ name }) => name.split(" ")[0]));
  return ["publish", "process", "ask", "invoke_agent", "chat"].filter((kind) => !first.has(kind));
}
