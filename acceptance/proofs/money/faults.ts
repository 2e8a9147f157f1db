import type { About, Figure } from "../harness/proof.ts";
import { type Scene, spend } from "./overspend.ts";

const KINDS = ["rateLimited", "overloaded", "timeout", "brokenStream", "truncatedJson"] as const;
const SHARE = 0.1;

/** What `overspend` shows, while the provider fails in each of its ways and in all of them. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const mixed = Object.fromEntries(KINDS.map((kind) => [kind, SHARE]));
  const size = short
    ? { calls: 60, admits: 60, kills: 1, answerMs: 200, leaseMs: 4_000 }
    : { calls: 320, admits: 200, kills: 10, answerMs: 1_200, leaseMs: 10_000 };
  const scenes: Scene[] = [
    ...(short ? [] : KINDS.map((kind) => ({ ...size, name: kind, faults: { [kind]: SHARE }, seed, say }))),
    { ...size, name: "all kinds", faults: mixed, seed: seed + 1, say },
  ];
  for (const scene of scenes) yield* await spend(scene);
}
