import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { productRoot } from "./project.ts";
import { armada, place } from "./testing/product.ts";

const contract = (sent: string, more = "") => `import { capability, event, external } from "armada-mesh/contracts";
import { z } from "zod";
export const OrderSent = event("parcels.order.sent", { ${sent}, id: (data) => data.order });
export const OrderPlaced = external("com.example.order.placed", { id: (data) => data.order, data: z.object({ order: z.string()${more} }) });
export const send = capability("parcels.send", { input: z.object({ order: z.string() }), output: z.object({ parcel: z.string() }) });
`;
const V1 = "version: 1, data: z.object({ order: z.string(), parcel: z.string() })";
const WITHOUT_PARCEL = "data: z.object({ order: z.string() })";

/** A repository with one team in a folder of it, as `--team` takes it. */
function repository(folder: string) {
  mkdirSync(join(folder, "parcels/src"), { recursive: true });
  symlinkSync(join(productRoot, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "parcels/src/team.ts"),
    'import { team } from "armada-mesh";\nexport default team({ name: "parcels", workflows: [] });\n',
  );
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });
  git("init", "-q");
  return {
    write: (text: string): void => writeFileSync(join(folder, "parcels/src/contract.ts"), text),
    tag: (name: string): void => {
      git("add", "contracts.json");
      git("commit", "-q", "-m", name);
      git("tag", name);
    },
    run: (...args: string[]) => armada(folder, ["contracts", ...args, "--team", "parcels"]),
  };
}

test("a snapshot is committed; a check ends with 1 for what breaks readers and writers, and not for an event of a new version", async () => {
  using at = place();
  const { write, tag, run } = repository(at.folder);
  write(contract(V1));
  expect(await run("snapshot")).toMatchObject({
    code: 0,
    stdout: "wrote contracts.json: events 1, types from outside 1, capabilities 1\n",
    stderr: "",
  });
  tag("v1");
  expect(await run("check")).toMatchObject({ code: 0, stdout: "the contracts are those of contracts.json\n" });

  write(contract(`version: 1, ${WITHOUT_PARCEL}`, ", shop: z.string()"));
  const { code, stdout } = await run("check");
  expect(code).toBe(1);
  expect(stdout.replaceAll(/ +/g, " ").split("\n")).toEqual([
    "parcels.order.sent (event)",
    " ✗ /properties/parcel parcel is gone breaks readers",
    "com.example.order.placed (from outside)",
    " ✗ /properties/shop shop is new and required breaks writers and reading what is stored",
    "2 changes since contracts.json, 2 of them break",
    " parcels.order.sent: raise its `version`, and let `upcasts` turn older data into new",
    " the others: offer something new beside it until nobody uses this one; a snapshot of now accepts what is left",
    "",
  ]);

  write(contract(`version: 2, upcasts: { 1: (data) => data }, ${WITHOUT_PARCEL}`, ", shop: z.string().optional()"));
  const raised = await run("check", "--against-git", "v1", "--json");
  expect(raised.code).toBe(0);
  expect(raised.lines).toEqual([
    expect.objectContaining({
      type: "contract-change",
      name: "parcels.order.sent",
      at: "",
      change: "version-raised",
      breaks: [],
      allowed: false,
    }),
    expect.objectContaining({ of: "event", at: "/properties/parcel", change: "field-removed", breaks: ["readers"], allowed: true }),
    expect.objectContaining({
      of: "external",
      teams: ["parcels"],
      at: "/properties/shop",
      change: "field-added",
      breaks: [],
      allowed: false,
    }),
    { type: "contracts-checked", against: "contracts.json of v1", changes: 3, breaking: 0, allowed: 1 },
  ]);

  await run("snapshot");
  const text = readFileSync(join(at.folder, "contracts.json"), "utf8");
  await run("snapshot", "--out", "again.json");
  expect(readFileSync(join(at.folder, "again.json"), "utf8")).toBe(text);
  expect(await run("check")).toMatchObject({ code: 0 });
});

test("what there is to compare with has to be there, and to be a snapshot", async () => {
  using at = place();
  const { write, tag, run } = repository(at.folder);
  write(contract(V1));
  const hint = "`armada contracts snapshot` writes it";
  expect(await run("check")).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(`contracts.json cannot be read: .* \\(FILE_UNREADABLE\\)\\n {2}${hint}`),
  });
  writeFileSync(join(at.folder, "contracts.json"), "{}");
  tag("v0");
  expect(await run("check")).toMatchObject({ code: 1, stderr: expect.stringContaining("(BAD_SNAPSHOT)") });
  expect(await run("check", "--against-git", "v0")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("contracts.json of v0 is no snapshot"),
  });
  expect(await run("check", "--against-git", "v9")).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/contracts\.json of v9 cannot be read: fatal: .*v9/),
  });
  expect(await run("check", "--against-git", "--output=x")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("(FILE_UNREADABLE)"),
  });
  expect(await armada(at.folder, ["contracts", "check", "--team", "nowhere"])).toMatchObject({ code: 1 });
});

test("the same contracts are an AsyncAPI document, printed or written, on the servers that are named", async () => {
  using at = place();
  const { write, run } = repository(at.folder);
  write(contract(V1));
  const printed = await run("asyncapi", "--json", "--gateway", "events.example.com", "--nats", "nats.example.com:4222");
  const at4222 = { protocol: "nats", variables: { host: { default: "nats.example.com:4222" } } };
  expect(printed.lines).toMatchObject([
    {
      type: "asyncapi",
      document: {
        asyncapi: "3.0.0",
        servers: { gateway: { variables: { host: { default: "events.example.com" } } }, nats: at4222 },
        channels: { "parcels.order.sent": { address: "evt.parcels.order.sent.{id}.{key}" } },
        operations: { "receive.com.example.order.placed": { action: "receive", bindings: { http: { method: "POST" } } } },
      },
    },
  ]);
  expect(await run("asyncapi", "--out", "asyncapi.json")).toMatchObject({
    code: 0,
    stdout: "wrote asyncapi.json: channels 3, operations 3\n",
  });
  const written: unknown = JSON.parse(readFileSync(join(at.folder, "asyncapi.json"), "utf8"));
  expect(written).toMatchObject({ servers: { gateway: { variables: { host: { default: "127.0.0.1:4780" } } } } });
});
