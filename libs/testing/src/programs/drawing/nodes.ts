import type { Block, Node } from "./program.ts";

/** All nodes of a block, those inside others too. */
export function nodesOf(block: Block): Node[] {
  return block.flatMap((node) => [node, ...insides(node).flatMap(nodesOf)]);
}

/** The blocks that stand in a node. */
export function insides(node: Node): readonly Block[] {
  switch (node.op) {
    case "deadline":
    case "repeat":
    case "leave":
      return [node.body];
    case "join":
      return node.branches;
    case "try":
      return [node.body, node.handler];
    case "when":
      return [node.body, node.otherwise];
    default:
      return [];
  }
}
