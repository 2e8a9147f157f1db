import { accessIn } from "@armada/nats/starting";
import { afterEach, expect, test, vi } from "vitest";
import { isLoopback, replicasOf, settingsFor } from "./settings.ts";
import { place } from "./testing/product.ts";

afterEach(() => vi.unstubAllEnvs());

test("replicas by team", () => {
  expect(replicasOf(undefined, ["content"])).toEqual({});
  expect(replicasOf("content=2,gateway=0", ["content", "gateway"])).toEqual({
    "replicas.content": { flag: "--replicas", text: "2" },
    "replicas.gateway": { flag: "--replicas", text: "0" },
  });
});

test.each([
  "",
  "content",
  "content=",
  "content=x",
  "content=-1",
  "content=1.5",
  "content=65",
  "content=1e1",
  "content=0x2",
  "content=1=2",
  "nobody=1",
])("--replicas %j is refused with what it may be", (text) => {
  expect(() => replicasOf(text, ["content", "gateway"])).toThrow(
    expect.objectContaining({
      code: "USAGE",
      message: `--replicas ${text} is not TEAM=NUMBER`,
      hint: "teams: content, gateway; numbers from 0 to 64",
    }),
  );
});

test("replicas of a team that is not started, or not there, are refused", async () => {
  await expect(settingsFor({ replicas: "marketing=2" }, ["content"])).rejects.toMatchObject({
    code: "USAGE",
    hint: expect.stringContaining("teams: content;"),
  });
  vi.stubEnv("ARMADA_REPLICAS_NOBODY", "2");
  await expect(settingsFor({})).rejects.toMatchObject({ code: "BAD_CONFIG", message: "replicas.nobody: there is no team nobody" });
});

test("a team from elsewhere may have limits once it is provisioned, or while it is; replicas and secrets it has none here", async () => {
  using at = place();
  vi.stubEnv("NATS_URL", "nats://127.0.0.1:9");
  vi.stubEnv("NATS_CREDS", at.folder);
  vi.stubEnv("ARMADA_BUDGETS_TEAMS_LAB", "$5/day");
  vi.stubEnv("ARMADA_ROOM_TEAMS_LAB", "1GB");
  const refused = { code: "BAD_CONFIG", message: "budgets.teams.lab: there is no team lab" };
  await expect(settingsFor({})).rejects.toMatchObject({ ...refused, hint: expect.stringContaining("armada provision --team") });
  expect((await settingsFor({}, undefined, "lab")).config.budgets.teams).toEqual({ lab: "$5/day" });
  await accessIn(at.folder).ensure(["lab"]);
  expect((await settingsFor({})).config.room.teams).toEqual({ lab: "1GB" });
  vi.stubEnv("ARMADA_REPLICAS_LAB", "2");
  await expect(settingsFor({})).rejects.toMatchObject({ message: "replicas.lab: there is no team lab" });
});

test.each([
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
  ["127.example.org", false],
  ["localhost.example.org", false],
])("%s: loopback %s", (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

test("an address that others can reach wants the flag", async () => {
  vi.stubEnv("ARMADA_GATEWAY_HOST", "0.0.0.0");
  await expect(settingsFor({})).rejects.toMatchObject({
    code: "USAGE",
    message: "gateway.host is 0.0.0.0 (ARMADA_GATEWAY_HOST), which other machines can reach",
    hint: "say --host 0.0.0.0 to mean it",
  });
  expect((await settingsFor({ host: "0.0.0.0" })).config.gateway.host).toBe("0.0.0.0");
});
