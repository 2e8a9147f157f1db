import type { Row } from "./row.ts";
import { append } from "./rows/append.ts";
import { breakers } from "./rows/breakers.ts";
import { fanOut } from "./rows/fan-out.ts";
import { inline } from "./rows/inline.ts";
import { load } from "./rows/load.ts";
import { lone } from "./rows/lone.ts";
import { memory } from "./rows/memory.ts";
import { overhead } from "./rows/overhead.ts";
import { replay } from "./rows/replay.ts";
import { steps } from "./rows/steps.ts";
import { twoReplicas } from "./rows/two-replicas.ts";
import { up } from "./rows/up.ts";
import { walls } from "./rows/walls.ts";

/** In the order of the table. */
export const rows: readonly Row[] = [steps, twoReplicas, inline, lone, fanOut, append, replay, load, up, memory, overhead, breakers, walls];
