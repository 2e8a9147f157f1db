import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { expect, test } from "vitest";
import { leaves, variableOf } from "./fields.ts";
import { environmentOf, loadSettings, settingsOf } from "./load.ts";
import { Config } from "./schema.ts";

const file = (value: unknown): { name: string; value: unknown } => ({ name: "armada.config.ts", value });
const of = (settings: ReturnType<typeof settingsOf>, path: string): unknown => {
  const found = settings.list.find((one) => one.path === path);
  return found && [found.value, found.from];
};
const refusal = (act: () => unknown): ArmadaError => {
  try {
    act();
  } catch (error) {
    if (error instanceof ArmadaError) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

test("flags stand above the environment, the environment above the file, the file above what is built in", () => {
  const given = file({ gateway: { port: 1, acceptUndeclared: true }, telemetry: { ratio: 0.5 } });
  const env = { ARMADA_GATEWAY_PORT: "2", ARMADA_TELEMETRY_RATIO: "" };
  const settings = settingsOf(given, env, { "gateway.port": { flag: "--port", text: "3" } });
  expect(of(settings, "gateway.port")).toEqual([3, "--port"]);
  expect(of(settingsOf(given, env), "gateway.port")).toEqual([2, "ARMADA_GATEWAY_PORT"]);
  expect(of(settingsOf(given, {}), "gateway.port")).toEqual([1, "armada.config.ts"]);
  expect(of(settingsOf(undefined, {}), "gateway.port")).toEqual([4780, "built-in"]);
  expect(of(settings, "telemetry.ratio")).toEqual([0.5, "armada.config.ts"]); // an empty variable says nothing
  expect(settings.config.gateway).toMatchObject({ acceptUndeclared: true, host: "127.0.0.1", port: 3 });
});

test("without a file, variables and flags everything is built in", () => {
  const { config, list } = settingsOf(undefined, {});
  expect(config).toEqual(Config.parse({}));
  expect(new Set(list.map(({ from }) => from))).toEqual(new Set(["built-in"]));
  expect(list.map(({ path }) => path).sort()).toEqual(leaves.map(({ path }) => path).sort());
  for (const one of list) expect(one.value ?? one.unset, one.path).toBeDefined();
});

test("replicas are settings of their own, by team", () => {
  const settings = settingsOf(
    file({ replicas: { content: 2, marketing: 3 } }),
    { ARMADA_REPLICAS_MARKETING: "4", ARMADA_REPLICAS_SUPPORT_DESK: "1" },
    { "replicas.content": { flag: "--replicas", text: "5" } },
  );
  expect(settings.config.replicas).toEqual({ content: 5, marketing: 4, support_desk: 1 });
  expect(of(settings, "replicas.content")).toEqual([5, "--replicas"]);
  expect(of(settings, "replicas.marketing")).toEqual([4, "ARMADA_REPLICAS_MARKETING"]);
});

test("every setting has a variable; two do not share one", () => {
  const all = leaves.flatMap(({ variables }) => variables);
  expect(new Set(all).size).toBe(all.length);
  expect(variableOf("gateway.acceptUndeclared")).toBe("ARMADA_GATEWAY_ACCEPT_UNDECLARED");
});

test.each([
  [{ gatway: { port: 1 } }, "there is no setting gatway", "gateway"],
  [{ gateway: { prot: 1 } }, "there is no setting gateway.prot", "gateway.port"],
  [{ nats: { sync: "always" } }, "there is no setting nats.sync", "nats.syncInterval"],
  [{ syncInterval: "always" }, "there is no setting syncInterval", "nats.syncInterval"],
])("%j names the nearest setting", (value, message, near) => {
  const error = refusal(() => settingsOf(file(value), {}));
  expect([error.code, error.message]).toEqual(["BAD_CONFIG", `armada.config.ts: ${message}`]);
  expect(error.hint).toContain(`the nearest is ${near};`);
});

test("a value that does not fit is refused with who said it", () => {
  expect(refusal(() => settingsOf(file({ gateway: { port: 70_000 } }), {})).message).toMatch(/^armada\.config\.ts: gateway\.port: /);
  expect(refusal(() => settingsOf(file({ drain: "ten" }), {})).message).toBe("armada.config.ts: drain: write 250ms, 30s, 5m, 4h or 7d");
  expect(refusal(() => settingsOf(file(undefined), {})).message).toContain("no configuration as its default export");
  const variable = refusal(() => settingsOf(undefined, { ARMADA_GATEWAY_ACCEPT_UNDECLARED: "yes" }));
  expect([variable.code, variable.message.split(":")[0]]).toEqual(["BAD_CONFIG", "ARMADA_GATEWAY_ACCEPT_UNDECLARED is yes"]);
  for (const text of ["http", "", "1e9", "-1", "1.5"]) {
    const flag = refusal(() => settingsOf(undefined, {}, { "gateway.port": { flag: "--port", text } }));
    expect([flag.code, flag.message.split(":")[0]]).toEqual(["USAGE", `--port is ${text}`]);
  }
});

test("prices are read where they are said", () => {
  const text = "gpt-x.5: $1.25 in, $10 out; llama3:8b: free";
  const settings = settingsOf(file({ models: { prices: text } }), {});
  expect(settings.config.models.prices).toBe(text);
  expect(environmentOf(settings)).toEqual({ ARMADA_MODELS_PRICES: text });
  const wrong = refusal(() => settingsOf(file({ models: { prices: "gpt-x: $-1 in" } }), {}));
  expect([wrong.code, wrong.message]).toEqual(["BAD_CONFIG", expect.stringContaining('"$-1 in" of gpt-x is not understood')]);
});

const SECRET = `sk-ant-api03-${"aB3".repeat(10)}`;
test.each([
  [{ models: { tiers: { worker: SECRET } } }, SECRET],
  [{ nats: { url: "nats://user:hunter2pass@host:4222" } }, "hunter2pass"],
  [{ nats: { credentials: "SUALXZ7U7LE4C5J3BUG377QYOL3FGW3OUTSUEOAUJ7XL6H3DHLI25B3DU4" } }, "SUALX"],
  [{ gateway: { key: "letmein" } }, "letmein"],
  [{ gateway: { tls: { key: "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n" } } }, "MC4CAQ"],
  [{ data: "r7zyJ4-pmHI7ab0IOkqkL2e7lfNE5nrcQQ" }, "r7zyJ4"],
  [{ anthropic: { apiKey: "x" } }, '"x"'],
])("a secret in the file is refused, and not repeated", (value, secret) => {
  const error = refusal(() => settingsOf(file(value), {}));
  expect([error.code, error.message]).toEqual(["BAD_CONFIG", expect.stringContaining("secret")]);
  expect(error.hint).toContain("from the environment, or from files");
  expect(`${error.message}${error.hint}`).not.toContain(secret);
});

test("ordinary values are not taken for secrets", () => {
  const tiers = { worker: "claude-haiku-5-5-20261001", specialist: "meta-llama/Llama-4-Maverick-17B-128E-Instruct", orchestrator: "gpt-6" };
  const value = {
    models: { tiers },
    data: "/var/lib/Armada2/streams",
    gateway: { tls: { cert: "tls/cert.pem", key: "k.pem" } },
    secrets: { token: "CRM_TOKEN" }, // a team of this name
    budgets: { teams: { seed: "$5/day" } },
    nats: { url: "nats://nats-0.example.org:4222,nats://nats-1.example.org:4222" },
  };
  expect(settingsOf(file(value), {}).config).toMatchObject(value);
});

test("what file and flags said goes on as variables that say the same", () => {
  const settings = settingsOf(
    file({ logs: { level: "debug" }, gateway: { acceptUndeclared: true }, telemetry: { ratio: 0.1 } }),
    { ARMADA_DRAIN: "3s" },
    {
      "gateway.port": { flag: "--port", text: "0" },
    },
  );
  const handed = environmentOf(settings);
  expect(handed).toEqual({
    ARMADA_GATEWAY_ACCEPT_UNDECLARED: "true",
    ARMADA_GATEWAY_PORT: "0",
    ARMADA_LOGS_LEVEL: "debug",
    ARMADA_TELEMETRY_RATIO: "0.1",
  });
  expect(settingsOf(undefined, { ...handed, ARMADA_DRAIN: "3s" }).config).toEqual(settings.config);
});

test("the file is found in the folder or where it is named, and a broken one is said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "armada-config-"));
  try {
    expect((await loadSettings({ folder, env: {} })).config).toEqual(Config.parse({}));
    writeFileSync(join(folder, "armada.config.ts"), "export default { gateway: { port: 1234 as number } };\n");
    expect((await loadSettings({ folder, env: {} })).config.gateway.port).toBe(1234);
    writeFileSync(join(folder, "armada.config.ts"), "export default { gateway: { port: 4321 } };\n");
    utimesSync(join(folder, "armada.config.ts"), 1, 1); // another time of change, however fast this is
    expect((await loadSettings({ folder, env: {} })).config.gateway.port).toBe(4321);
    const other = join(folder, "other.config.mjs");
    await expect(loadSettings({ file: other, env: {} })).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: `there is no file ${other}`,
    });
    writeFileSync(other, "export default {");
    await expect(loadSettings({ file: other, env: {} })).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: expect.stringContaining("cannot be loaded"),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
