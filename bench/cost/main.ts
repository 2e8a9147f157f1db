import { defaultTiers, type Price, priceOf } from "@armada/models";
import { commandFlags } from "@armada/testing/command-flags";
import { z } from "zod";
import { type Job, runJobs } from "./jobs.ts";
import { configurations, sizeOf, textOf } from "./table.ts";
import { loadWorkload, secondWorkload } from "./workload.ts";

/** Of the second workload; fixed before anything was measured. */
const SECOND = 2026;

const USAGE = `usage: npm run bench:cost [-- --json] [--agents 10,50,100] [--days N] [--teams N|all] [--ends] [--seed S] [--workload first|second]
  --days    of the month, 3 to 30; all unless said
  --teams   of each size, 2 unless said: they are alike, and the ledger, the caches and the batches are a team's own
  --ends    all measures off, and all of them: without the table of the measures
A month of 2 teams of each size is about half an hour on two cores, and a month of all 32 with --ends as long.`;
const count = z.coerce.number().int().positive();
const Flags = z.object({
  json: z.boolean().default(false),
  agents: z
    .string()
    .default("10,50,100")
    .transform((text) => text.split(",").map((one) => count.parse(one))),
  days: count.min(3).max(30).default(30),
  teams: z.union([z.literal("all"), count]).default(2),
  ends: z.boolean().default(false),
  seed: count.default(1),
  workload: z.enum(["first", "second"]).default("first"),
});

const text = { type: "string" } as const;
const options = {
  json: { type: "boolean" },
  agents: text,
  days: text,
  teams: text,
  ends: { type: "boolean" },
  seed: text,
  workload: text,
} as const;
const parsed = Flags.safeParse(commandFlags({ options }, USAGE).values);
if (!parsed.success) {
  console.error(`${z.prettifyError(parsed.error)}\n${USAGE}`);
  process.exit(2);
}
const { json, agents: sizes, days, teams, ends, seed, workload: which } = parsed.data;
const workload = which === "first" ? loadWorkload() : secondWorkload(loadWorkload(), SECOND);
const print = (line: string): void => (json ? undefined : console.log(line));

print(`workload: ${workload.name}`);
for (const line of pricesOf()) print(line);
print(
  "A team's budget is set after two thirds of its month, at 1.1 times what the whole would come to by them. No list price here depends on the hour: the off-peak\nwindow only makes larger batches. Answers take a second and then 60 tokens a second of virtual time; batches 45 minutes.",
);
const results = await runJobs(
  sizes.flatMap((agents) => {
    const all = agents / workload.agentsPerTeam;
    const sample = { agents, days, seed, teams: teams === "all" ? all : Math.min(all, teams) };
    print(
      `${agents} agents: ${sample.teams} of ${all} teams, ${days} of ${workload.days} days, seed ${seed}${sample.teams === all && days === workload.days ? "" : "; figures are for the whole month of all teams"}`,
    );
    return configurations(ends).map((configuration): Job => ({ sample, configuration, ...(which === "second" ? { second: SECOND } : {}) }));
  }),
  (line) => console.error(`  ${line}`),
);
for (const agents of sizes) {
  const size = sizeOf(agents, results);
  const reference = workload.reference.rows.find((row) => row.agents === agents);
  if (json) console.log(JSON.stringify({ bench: "cost", workload: which, days, teams, seed, ...size, reference }));
  else console.log(`\n${textOf(size, workload)}`);
}

/** The prices that the bills are made of, one line for each model. */
function pricesOf(): string[] {
  const rate = (micros: number): string => `$${micros / 1e6}`;
  const line = (price: Price): string =>
    `  ${price.model} since ${price.since}: ${rate(price.input)} in, ${rate(price.output)} out, cache write ${rate(price.cacheWrite5m)} (5 min) ${rate(price.cacheWrite1h)} (1 h), read ${rate(price.cacheRead)}, a batch ${(price.batch ?? 1) * 100} % of each`;
  return [
    "list prices, dollars per million tokens; source: platform.claude.com/docs/en/about-claude/pricing, checked 2026-11-22",
    ...Object.values(defaultTiers).map((model) => line(priceOf(model, Date.parse("2026-11-01")))),
  ];
}
