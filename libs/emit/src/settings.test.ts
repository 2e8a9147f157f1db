import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { settingsOf } from "./settings.ts";

const url = "https://gateway.example.com/mesh";

test("what is left out comes from the environment; an address may have a path", async () => {
  const settings = settingsOf({}, { ARMADA_GATEWAY_URL: url, ARMADA_GATEWAY_KEY: " k1\n" });
  expect([settings.url, await settings.key(), settings.deadlineMs]).toEqual([`${url}/v1/events`, "k1", 60_000]);
});

test("a key's file is read before each request", async () => {
  const folder = mkdtempSync(join(tmpdir(), "armada-emit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "shop.key");
  writeFileSync(file, "first\n");
  for (const settings of [
    settingsOf({ url, keyFile: file }, { ARMADA_GATEWAY_KEY: "no" }),
    settingsOf({ url }, { ARMADA_GATEWAY_KEY_FILE: file }),
  ]) {
    writeFileSync(file, "first\n");
    expect(await settings.key()).toBe("first");
    writeFileSync(file, "second\n");
    expect(await settings.key()).toBe("second");
  }
  await expect(settingsOf({ url, keyFile: join(folder, "none") }, {}).key()).rejects.toMatchObject({ code: "key-unreadable" });
});

test.each([
  ["no address", { key: "s3cret" }],
  ["what is none", { url: "gateway s3cret", key: "k" }],
  ["another protocol", { url: "ftp://s3cret.example.com", key: "k" }],
  ["a password in it", { url: "https://me:s3cret@example.com", key: "k" }],
  ["no key", { url }],
  ["a key that is none", { url, key: "s3cret\nsecond" }],
  ["no length", { url, key: "s3cret", deadlineMs: 0 }],
])("%s is said without what was given", (_, options) => {
  expect(() => settingsOf(options, {})).toThrow(
    expect.objectContaining({ code: "settings-invalid", message: expect.not.stringContaining("s3cret") }),
  );
});

test("what a caller's function says when it fails is not shown", async () => {
  const key = (): string => {
    throw new Error("s3cret");
  };
  await expect(settingsOf({ url, key }, {}).key()).rejects.toMatchObject({
    code: "key-unreadable",
    message: expect.not.stringContaining("s3cret"),
  });
});
