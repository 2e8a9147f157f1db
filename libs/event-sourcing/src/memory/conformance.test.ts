import * as vitest from "vitest";
import { conformance, memoryAdapter } from "../testing/index.ts";
import { CALM, HOSTILE } from "./hostility.ts";

conformance(memoryAdapter("memory calm", CALM, 1), vitest);
for (const seed of [1, 2, 3]) conformance(memoryAdapter(`memory hostile (seed ${seed})`, HOSTILE, seed), vitest);
