import { createHash } from "node:crypto";
import type { Mischief } from "@armada/event-sourcing";
import { seededRandom } from "@armada/event-sourcing/testing";
import { check } from "./checks.ts";
import { Isolating } from "./faults/isolating.ts";
import { broken } from "./invariant.ts";
import { Journals, printed } from "./journals.ts";
import { People } from "./people.ts";
import { SIDES } from "./teams.ts";
import { World } from "./world.ts";

/** What one seed came to. `trace`: the journals of the runs that a failure names. */
export type Simulated = {
  readonly seed: number;
  readonly failures: readonly string[];
  readonly counts: Mischief & {
    readonly crashes: number;
    readonly isolations: number;
    /** Calls that lost the sandbox that they ran in. */
    readonly sandboxes: number;
    readonly runs: number;
    readonly steps: number;
    readonly messages: number;
  };
  readonly digest: string;
  readonly trace: () => string;
};

/** A step waits for its agent's breaker for three hours before each attempt that counts. */
const LIMIT_MS = 24 * 3_600_000;
const REST_MS = 1_500;
const SAMPLE = 0.004;

/** Simulates two teams from one seed until all has come to rest, and checks what must hold. Deterministic. */
export async function simulate(seed: number): Promise<Simulated> {
  const world = new World(seed);
  const random = seededRandom(seed * 15_485_863 + 3);
  const sampling = seededRandom(seed);
  const people = new People(world, random);
  const journals = new Journals(world.mesh, SIDES, (journal, message) => people.saw(journal, message));
  for (const side of SIDES) world.mesh.stream(side).listen(({ seq }) => people.wrote(side, seq));
  people.begin();
  const isolating = new Isolating(world, seededRandom(seed * 32_452_843 + 4));
  isolating.begin();
  const failures = new Set<string>();
  let restSince: number | undefined;
  const how = await world.clock.run(() => {
    if (sampling.next() < SAMPLE) for (const line of broken(world.mesh, journals.open)) failures.add(line);
    const rests = people.due === 0 && isolating.due === 0 && journals.open.size === 0 && world.quiet();
    if (!rests) restSince = undefined;
    else if (restSince === undefined) {
      restSince = world.clock.now();
      world.clock.sleep(REST_MS).catch(() => undefined); // keeps the clock going while nothing else does
    }
    return failures.size > 0 || (restSince !== undefined && world.clock.now() >= restSince + REST_MS);
  }, LIMIT_MS);
  if (how !== "done") failures.add(`the mesh did not come to rest (${how}): ${stuck(world)}`);
  for (const line of isolating.wrong()) failures.add(line);
  let checked = false;
  const checking = check(world, journals, people).then((wrong) => {
    for (const line of wrong) failures.add(line);
    checked = true;
  });
  await world.clock.run(() => checked, LIMIT_MS);
  await checking;
  const all = [...journals.all.values()];
  return {
    seed,
    failures: [...failures],
    counts: {
      ...world.mesh.mischief,
      crashes: world.crashes.alpha + world.crashes.beta,
      isolations: isolating.times,
      sandboxes: world.sandboxes.lost,
      runs: all.length,
      steps: all.reduce((sum, { state }) => sum + state.steps.size, 0),
      messages: SIDES.reduce((sum, side) => sum + world.mesh.stream(side).head, 0),
    },
    digest: digest(world),
    trace: () => {
      const text = [...failures].join("\n");
      return all
        .filter(({ run }) => text.includes(`run ${run} `) || text.includes(`.${run}.`))
        .map(printed)
        .join("\n\n");
    },
  };
}

function stuck({ mesh }: World): string {
  const left = SIDES.flatMap((side) =>
    [...mesh.queues(side).values()]
      .filter((queue) => !queue.empty)
      .map((queue) => `${side} ${queue.definition.name} ${queue.undone[0]?.subject}`),
  );
  return left.length === 0 ? "all queues are empty" : left.join(", ");
}

function digest({ mesh }: World): string {
  const hash = createHash("sha256");
  for (const side of SIDES)
    for (const { seq, subject, body } of mesh.stream(side).messages) hash.update(`${side} ${seq} ${subject} ${body}\n`);
  return hash.digest("base64url").slice(0, 22);
}
