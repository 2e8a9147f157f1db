import { setFlagsFromString } from "node:v8";
import { serve } from "@armada/runtime";
import { gateway } from "./gateway.ts";
import team from "./team.ts";

// What readers are sent is garbage a moment later. As V8 has it, a heap of 40 MB grows to 260 before that is collected (200 feeds
// of a 45 MB run); so it is collected at half as much again, and a peak is what is in use.
for (const flag of ["--heap-growing-percent=50", "--semi-space-growth-factor=1"]) setFlagsFromString(flag);

await serve(team, gateway);
