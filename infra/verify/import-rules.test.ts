import { expect, test } from "vitest";

type Side = {
  readonly path?: string | readonly string[];
  readonly pathNot?: string | readonly string[];
  readonly couldNotResolve?: boolean;
};
type Rule = { readonly name: string; readonly from: Side; readonly to: Side };

const file = new URL("../../.dependency-cruiser.mjs", import.meta.url).href;
const { default: rules }: { readonly default: { readonly forbidden: readonly Rule[] } } = await import(file);

const matches = (patterns: string | readonly string[], path: string): boolean =>
  [patterns].flat().some((one) => new RegExp(one, "u").test(path));

/** As dependency-cruiser reads a side of a rule. */
function on({ path, pathNot }: Side, file: string): boolean {
  return (path === undefined || matches(path, file)) && (pathNot === undefined || !matches(pathNot, file));
}

/** The rules, of those that speak of paths on both sides and of imports that resolve, that forbid one file the other. */
function broken(from: string, to: string): string[] {
  const all: readonly Rule[] = rules.forbidden;
  return all
    .filter(
      (rule) =>
        rule.to.couldNotResolve !== true && (rule.to.path ?? rule.to.pathNot) !== undefined && on(rule.from, from) && on(rule.to, to),
    )
    .map(({ name }) => name);
}

test.each([
  ["engine-journal-imports-downwards", "libs/engine/src/journal/table.ts", "libs/engine/src/execution/answer.ts"],
  ["engine-execution-imports-downwards", "libs/engine/src/execution/context.ts", "libs/engine/src/runs/run-store.ts"],
  ["engine-runs-imports-downwards", "libs/engine/src/runs/run-store.ts", "libs/engine/src/steps/worker.ts"],
  ["engine-steps-imports-downwards", "libs/engine/src/steps/worker.ts", "libs/engine/src/inbound/intake.ts"],
  ["engine-inbound-imports-downwards", "libs/engine/src/inbound/intake.ts", "libs/engine/src/replica.ts"],
  ["engine-read-models-imports-downwards", "libs/engine/src/read-models/at.ts", "libs/engine/src/index.ts"],
  ["engine-replica-imports-downwards", "libs/engine/src/replica.ts", "libs/engine/src/reading.ts"],
  ["contracts-stand-alone", "services/marketing/src/contract.ts", "services/marketing/src/posts.ts"],
  ["contracts-stand-alone", "services/marketing/src/contract.ts", "libs/text/src/index.ts"],
  ["contracts-stand-alone", "services/federation/src/contract.ts", "libs/ledger/src/index.ts"],
  ["contracts-stand-alone", "services/content/src/contract.ts", "services/content/src/page/draft.ts"],
  ["contracts-stand-alone", "services/content/src/contract.ts", "node_modules/fastify/fastify.js"],
  ["shipped-teams-are-users", "services/marketing/src/posts.ts", "libs/agents/src/index.ts"],
  ["permissions-behind-the-seam", "libs/nats/src/streams/provision.ts", "libs/nats/src/identity/permissions.ts"],
  ["identities-behind-the-seam", "libs/cli/src/commands/provision.ts", "libs/nats/src/identity/nkey.ts"],
  ["key-libraries-behind-the-seam", "libs/nats/src/connection/connect.ts", "node_modules/@nats-io/nkeys/lib/mod.js"],
])("%s is broken by an import that it forbids", (name, from, to) => {
  expect(broken(from, to)).toContain(name);
});

test.each([
  ["libs/engine/src/read-models/stops.ts", "libs/engine/src/inbound/facts.ts"],
  ["libs/engine/src/replica.ts", "libs/engine/src/one-stream.ts"],
  ["libs/engine/src/inbound/waits.test.ts", "libs/engine/src/replica.ts"],
  ["libs/engine/src/index.ts", "libs/engine/src/replica.ts"],
  ["services/marketing/src/contract.ts", "libs/armada-mesh/src/contracts.ts"],
  ["services/marketing/src/posts.ts", "libs/armada-mesh/src/text.ts"],
  ["services/gateway/src/app.ts", "libs/contracts/src/index.ts"],
  ["services/marketing/src/contract.ts", "node_modules/zod/index.js"],
  ["libs/nats/src/identity/access.ts", "libs/nats/src/identity/permissions.ts"],
  ["libs/nats/src/fleet/fleet.ts", "libs/nats/src/identity/access.ts"],
])("%s may import %s", (from, to) => {
  expect(broken(from, to)).toEqual([]);
});
