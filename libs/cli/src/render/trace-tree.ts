import type { TraceNode } from "../lines.ts";
import { lengthOf } from "../output.ts";
import { oneLine } from "./one-line.ts";

/** What caused what, a line each; times are since the root. The runs that go on with one run's work stand below each other. */
export function traceTree(root: TraceNode): string[] {
  const zero = Date.parse(root.at);
  return generations(root).flatMap((node) => lines(node, "", "", zero));
}

function lines(node: TraceNode, head: string, tail: string, zero: number): string[] {
  const after = node.at === "" ? "" : `+${lengthOf(Math.max(0, Date.parse(node.at) - zero))}`;
  const label =
    node.kind === "run" ? `${node.team}.${node.what}  ${node.id}` : `${node.kind === "step" ? "" : `${node.kind} `}${oneLine(node.what)}`;
  const by = node.by === undefined ? "" : ` by ${oneLine(node.by)}`;
  const own = [`${head}${label}`, `${node.status?.replace("_", " ") ?? ""}${by}`, after].filter((part) => part !== "").join("  ");
  const children = node.children.flatMap(generations);
  return [
    own,
    ...children.flatMap((child, index) => {
      const last = index === children.length - 1;
      return lines(child, `${tail}${last ? "└─ " : "├─ "}`, `${tail}${last ? "   " : "│  "}`, zero);
    }),
  ];
}

/** A run and those after it that `continueAsNew` made, each without the next: the only runs that are right below a run. */
function generations(first: TraceNode): TraceNode[] {
  const found: TraceNode[] = [];
  for (let node: TraceNode | undefined = first; node !== undefined; ) {
    const next: TraceNode | undefined = node.kind === "run" ? node.children.find(({ kind }) => kind === "run") : undefined;
    found.push({ ...node, children: node.children.filter((child) => child !== next) });
    node = next;
  }
  return found;
}
