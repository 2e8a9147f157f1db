import type { Queue } from "../../ports.ts";
import type { Features } from "./adapter.ts";
import type { World } from "./world.ts";

/** One promise of the ports, as a story that fails when it is broken. */
export type Scenario = {
  readonly name: string;
  /** Skipped, with the adapter's reason, where this feature is declared absent. */
  readonly needs?: keyof Features;
  /** Waits for seconds, as for the ack wait: such scenarios run side by side. */
  readonly slow?: true;
  /** Queues of team alpha that belong to this scenario. */
  readonly queues?: readonly Queue[];
  run(world: World): Promise<void>;
};

/** A queue over all facts of an entity of team alpha. */
export function queueOf(entity: string, concurrency = 4, name: string = entity): Queue {
  return { name, filters: [`evt.alpha.${entity}.*.*.*`], concurrency };
}
