import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serviceEnvironment } from "./child-environment.ts";
import { readSecrets, secretValues } from "./process-secrets.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  PATH: "/bin",
  NODE_AUTH_TOKEN: "npm-1",
  NODE_COMPILE_CACHE: "/compiled",
  NODE_COMPILE_CACHE_PORTABLE: "1",
  AWS_SECRET_ACCESS_KEY: "aws-1",
  ARMADA_LOGS_LEVEL: "debug",
  ARMADA_GATEWAY_KEY: "gate-1",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://traces",
  https_proxy: "http://proxy",
  ANTHROPIC_API_KEY: "all",
  ANTHROPIC_API_KEY_SHOP_FILE: "/run/shop",
  ANTHROPIC_BASE_URL: "http://models",
  OPENAI_API_KEY: "open",
  CRM_TOKEN: "crm-all",
  CRM_TOKEN_SHOP: "crm-shop",
  REGION: "north",
};
const config = { secrets: { shop: "CRM_TOKEN, NOT_SET" }, variables: { shop: "REGION" } };
const any = {
  PATH: "/bin",
  NODE_COMPILE_CACHE: "/compiled",
  NODE_COMPILE_CACHE_PORTABLE: "1",
  ARMADA_LOGS_LEVEL: "debug",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://traces",
  https_proxy: "http://proxy",
};

test("a team without agents gets no key, and a team what is named for it", () => {
  expect(serviceEnvironment(env, { team: "gateway", agents: false }, config)).toEqual(any);
  expect(serviceEnvironment(env, { team: "content", agents: true }, config)).toEqual({
    ...any,
    ANTHROPIC_API_KEY: "all",
    OPENAI_API_KEY: "open",
    ANTHROPIC_BASE_URL: "http://models",
  });
  expect(serviceEnvironment(env, { team: "shop", agents: true }, config)).toEqual({
    ...any,
    ANTHROPIC_API_KEY_FILE: "/run/shop",
    OPENAI_API_KEY: "open",
    ANTHROPIC_BASE_URL: "http://models",
    CRM_TOKEN: "crm-shop",
    REGION: "north",
  });
});

test("a secret comes from its file, and a team's own is above everybody's", () => {
  const file = join(folder, "key");
  writeFileSync(file, "from-a-file\n");
  const said = { ANTHROPIC_API_KEY: "all", ANTHROPIC_API_KEY_SHOP_FILE: file, OPENAI_API_KEY_FILE: file, CRM_TOKEN: "crm" };
  expect(readSecrets(said, "shop", ["CRM_TOKEN"])).toEqual({
    ANTHROPIC_API_KEY: "from-a-file",
    OPENAI_API_KEY: "from-a-file",
    CRM_TOKEN: "crm",
  });
  expect(readSecrets(said, "content")).toEqual({ ANTHROPIC_API_KEY: "all", OPENAI_API_KEY: "from-a-file" });
  expect(readSecrets(said)).toEqual({ ANTHROPIC_API_KEY: "all", OPENAI_API_KEY: "from-a-file" });
});

test.each([
  ["is not there", undefined, "cannot be read (ENOENT)"],
  ["is empty", " \n", "is empty"],
])("a file that %s is told by its variable", (_, content, why) => {
  const file = join(folder, "key");
  if (content !== undefined) writeFileSync(file, content);
  const told = { code: "BAD_CONFIG", message: `OPENAI_API_KEY_FILE: the file ${file} ${why}` };
  expect(() => readSecrets({ OPENAI_API_KEY_FILE: file })).toThrow(expect.objectContaining(told));
});

test("secrets are known by what was read, by names, in addresses and in headers", () => {
  const values = secretValues(
    {
      MY_TOKEN: "t-1",
      REGION: "north",
      ARMADA_GATEWAY_TLS_KEY: "/etc/tls/key.pem",
      DATABASE_URL: "postgres://me:p%40ss@db/x",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20otlp-1,x=y",
    },
    { ANTHROPIC_API_KEY: "k-1" },
  );
  expect(values).toEqual(["k-1", "t-1", "p%40ss", "p@ss", "Bearer otlp-1", "otlp-1", "y", "y"]);
});
