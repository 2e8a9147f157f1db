import type { Dice } from "../dice.ts";
import type { Case } from "../program.ts";
import { asked, blocking, changed, frozen, left, restless } from "./runs.ts";
import { busy, daily, drained, fallen, night, raised, unheld, wearing } from "./steps.ts";
import { begun, crossing, forgotten, just, many, owed, pages, since, together } from "./waits.ts";

/** How many of all cases each scene is. */
const SCENES: readonly (readonly [share: number, scene: (dice: Dice, drawn: Case) => Case])[] = [
  [0.05, night],
  [0.005, wearing],
  [0.03, owed],
  [0.02, together],
  [0.008, crossing],
  [0.008, many],
  [0.015, drained],
  [0.012, raised],
  [0.007, since],
  [0.006, just],
  [0.004, begun],
  [0.002, pages],
  [0.025, frozen],
  [0.003, restless],
  [0.015, fallen],
  [0.015, busy],
  [0.01, daily],
  [0.015, forgotten],
  [0.01, left],
  [0.006, blocking],
  [0.006, changed],
  [0.004, unheld],
  [0.006, asked],
];

/** Puts a case, now and then, into a situation that a program of chance seldom comes to: the mesh around it stays as it was drawn, as far as it may. */
export function staged(dice: Dice, drawn: Case): Case {
  let left = dice.next();
  for (const [share, scene] of SCENES) {
    if (left < share) return scene(dice, drawn);
    left -= share;
  }
  return drawn;
}
