import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ended } from "./harness/product.ts";
import { registry } from "./registry.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
/** Of one proof, which takes 10 to 60 s on two idle cores. */
const DEADLINE = 300_000;

/** Those that the gate has chosen; all of them where nobody chose. */
const wanted = process.env.ARMADA_SHORT_FORMS?.split(",");

// Side by side: `maxConcurrency` of the project says how many. The longest first, so that at the end no core waits for one of them.
const longestFirst = registry.toSorted((one, other) => other.seconds - one.seconds);
for (const { name, shows } of longestFirst.filter((entry) => wanted?.includes(entry.name) ?? true))
  test.concurrent(`${name}: ${shows}`, { timeout: DEADLINE + 10_000 }, async () => {
    // A fixed seed: a gate that draws another one each time tells nothing about the change that it stopped.
    const args = [main, name, "--short", "--json", "--seed", "7"];
    const { code, lines, stderr } = await ended(spawn(process.execPath, args, { timeout: DEADLINE }));
    expect(lines.filter(({ ok }) => ok !== true)).toEqual([]);
    expect([code, lines.length > 1], stderr).toEqual([0, true]);
  });
