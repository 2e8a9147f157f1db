import type { Block, Case, Node } from "./drawing/program.ts";
import { Lane } from "./pool.ts";

/** Judgements that one shrinking may take. */
const MOST = 600;

/** The smallest case found that is red in the same way; `tries`: judgements made. */
export async function shrink(red: Case): Promise<{ smallest: Case; failures: readonly string[]; tries: number }> {
  const lane = new Lane();
  let smallest = red;
  let { failures } = await lane.judge(red);
  const kind = kindOf(failures);
  let tries = 1;
  for (let smaller = true; smaller && tries < MOST; ) {
    smaller = false;
    for (const simpler of simplerCases(smallest)) {
      if (tries++ >= MOST) break;
      const outcome = await lane.judge(simpler);
      if (kindOf(outcome.failures) !== kind) continue;
      smallest = simpler;
      failures = outcome.failures;
      smaller = true;
      break;
    }
  }
  await lane.end();
  return { smallest, failures, tries };
}

/** What a failure says, without what differs from case to case. */
export function kindOf([first]: readonly string[]): string | undefined {
  return first
    ?.replaceAll(/[\w-]{22}|«\w+»|\b[kx]\d+(#\d+)?|run\d+(-\d+)*(~\d+)?/g, "_")
    .replaceAll(/\d+/g, "#")
    .slice(0, 60);
}

/** Each a little simpler, the boldest first. */
function* simplerCases(drawn: Case): Iterable<Case> {
  const { outside } = drawn;
  if (outside.length > 1) {
    yield { ...drawn, outside: [] };
    yield { ...drawn, outside: outside.slice(0, outside.length >> 1) };
    yield { ...drawn, outside: outside.slice(outside.length >> 1) };
  }
  for (const body of simplerBlocks(drawn.body)) yield { ...drawn, body };
  for (const index of outside.keys()) yield { ...drawn, outside: outside.toSpliced(index, 1) };
  if (drawn.hostile) yield { ...drawn, hostile: false };
  if (drawn.full !== undefined) yield { ...drawn, full: 0 };
  if (drawn.changed !== undefined) yield { ...drawn, changed: undefined };
  if (drawn.doubled === true) yield { ...drawn, doubled: false };
  if (drawn.away === true) yield { ...drawn, away: false };
  if (drawn.mixed) yield { ...drawn, mixed: false };
  if (drawn.budget !== undefined) yield { ...drawn, budget: undefined };
  if (drawn.remembers !== undefined) yield { ...drawn, remembers: undefined };
  if (drawn.from !== undefined) yield { ...drawn, from: undefined };
  if (drawn.runs > 1) yield { ...drawn, runs: 1 };
  if (drawn.start !== "operator") yield { ...drawn, start: "operator" };
  if (drawn.input.is !== "number") yield { ...drawn, input: { is: "number", n: 0 } };
}

function* simplerBlocks(block: Block): Iterable<Block> {
  if (block.length > 2) {
    yield block.slice(0, block.length >> 1);
    yield block.slice(block.length >> 1);
  }
  for (const index of block.keys()) yield block.toSpliced(index, 1);
  for (const [index, node] of block.entries()) for (const put of simplerNodes(node)) yield block.toSpliced(index, 1, ...put);
}

function* simplerNodes(node: Node): Iterable<Block> {
  switch (node.op) {
    case "join":
      for (const branch of node.branches) yield branch;
      if (node.branches.length > 1)
        for (const index of node.branches.keys()) yield [{ ...node, branches: node.branches.toSpliced(index, 1) }];
      for (const [index, branch] of node.branches.entries())
        for (const simpler of simplerBlocks(branch)) yield [{ ...node, branches: node.branches.toSpliced(index, 1, simpler) }];
      return;
    case "try":
      yield node.body;
      for (const body of simplerBlocks(node.body)) yield [{ ...node, body }];
      for (const handler of simplerBlocks(node.handler)) yield [{ ...node, handler }];
      return;
    case "when":
      yield node.body;
      yield node.otherwise;
      for (const body of simplerBlocks(node.body)) yield [{ ...node, body }];
      for (const otherwise of simplerBlocks(node.otherwise)) yield [{ ...node, otherwise }];
      return;
    case "deadline":
    case "repeat":
    case "leave":
      yield node.body;
      if (node.op === "repeat" && node.times > 2) yield [{ ...node, times: node.times - 1 }];
      for (const body of simplerBlocks(node.body)) yield [{ ...node, body }];
      return;
    case "agent":
    case "step":
      if (node.fails > 0) yield [{ ...node, fails: 0 }];
      if (node.fails > 1) yield [{ ...node, fails: node.fails - 1 }];
      if (node.op === "agent" && node.agent !== "sure") yield [{ ...node, agent: "sure" }];
      break;
    case "again":
      if (node.times > 1) yield [{ ...node, times: node.times - 1 }];
      return;
    default:
      break;
  }
  if ("says" in node && node.says.is !== "number") yield [{ ...node, says: { is: "number", n: 0 } }];
}
