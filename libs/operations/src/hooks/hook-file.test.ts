import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addHook, hookFileIn, orderHook, readHook, readHooks, removeHook } from "./hook-file.ts";
import { shownTarget, whyNoTarget } from "./target.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-hooks-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = Date.parse("2026-11-01T00:00:00Z");
const about = { name: "desk", url: "https://example.com/hooks?token=t", types: ["shop.*"], runs: [], now };

test("a hook is kept with its secret, in a file that only its owner reads", async () => {
  const secret = await addHook(folder, about);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(statSync(hookFileIn(folder)).mode & 0o777).toBe(0o600);
  const made = "2026-11-01T00:00:00.000Z";
  const { now: _now, ...said } = about;
  expect(await readHooks(folder)).toEqual([{ ...said, secret, insecure: false, made, from: made, orders: [] }]);
});

test("orders are numbered upwards, whoever gives them, and only so many are kept", async () => {
  await addHook(folder, about);
  await Promise.all(Array.from({ length: 5 }, () => orderHook(folder, "desk", { do: "redrive" })));
  await orderHook(folder, "desk", { do: "discard", ids: ["a"] });
  expect((await readHook(folder, "desk")).orders.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
  for (let i = 0; i < 200; i++) await orderHook(folder, "desk", { do: "enable" });
  const { orders } = await readHook(folder, "desk");
  expect([orders.length, orders[0]?.n, orders.at(-1)?.n]).toEqual([200, 7, 206]);
});

test("what cannot be is refused, and nothing is written", async () => {
  await addHook(folder, about);
  const before = readFileSync(hookFileIn(folder), "utf8");
  for (const wrong of [
    () => addHook(folder, about),
    () => addHook(folder, { ...about, name: "a b" }),
    () => addHook(folder, { ...about, name: "x", types: [] }),
    () => addHook(folder, { ...about, name: "x", types: ["a*b"] }),
    () => addHook(folder, { ...about, name: "x", runs: ["content"] }),
    () => addHook(folder, { ...about, name: "x", url: "example.com" }),
    () => orderHook(folder, "x", { do: "enable" }),
    () => removeHook(folder, "x"),
  ])
    await expect(wrong()).rejects.toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(readFileSync(hookFileIn(folder), "utf8")).toBe(before);
  writeFileSync(hookFileIn(folder), before.replace("shop.*", "sh*op"));
  await expect(readHooks(folder)).rejects.toThrow(/the hook desk: types\.0: a type is TYPE/);
});

test("a file that was changed by hand is refused where nothing could be sent by it, without what is secret in it", async () => {
  const secret = await addHook(folder, about);
  await addHook(folder, { ...about, name: "other" });
  const before = readFileSync(hookFileIn(folder), "utf8");
  for (const [what, by, why] of [
    [about.url, "example.com/T0KEN", "the hook desk: url: the address of a hook is a URL of https"],
    [about.url, "https://user:T0KEN@example.com", "the hook desk: url: the address of a hook has no user and password"],
    [about.url, "http://example.com/T0KEN", "the hook desk: url: what is sent to example.com by http could be read on its way"],
    [secret, "T0KEN", "the hook desk: secret: a secret is whsec_ and base64"],
    ['"other"', '"desk"', "the hook desk: name: another hook has it"],
    ['"desk"', '"a b"', "the hook a b: name: a name is a letter, then letters, digits, - and _"],
  ] as const) {
    writeFileSync(hookFileIn(folder), before.replace(what, by));
    const refused = await readHooks(folder).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "HOOKS_INVALID", message: `${hookFileIn(folder)}: ${why}` });
  }
});

test.each([
  ["https://example.com/a", false, true],
  ["http://127.0.0.1:80/", false, true],
  ["http://localhost/", false, true],
  ["http://[::1]:9/", false, true],
  ["http://127.0.0.1.example.com/", false, false],
  ["http://example.com/", false, false],
  ["http://example.com/", true, true],
  ["https://user@example.com/", true, false],
  ["https://example.com/#a", true, false],
  ["ftp://example.com/", true, false],
])("%s, insecure %s: %s", (url, insecure, fits) => {
  expect(whyNoTarget(url, insecure) === undefined).toBe(fits);
});

test("an address is shown without what may be a secret of its receiver's", () => {
  expect(shownTarget("https://example.com/T0KEN?key=k")).toBe("https://example.com/…");
  expect(shownTarget("https://example.com")).toBe("https://example.com");
});
