import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { claimHome } from "./home.ts";

function place(): { readonly home: string; open(own: string): Promise<string[]>; file(name: string): string } {
  const folder = mkdtempSync(join(tmpdir(), "armada-home-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const home = join(folder, "home");
  return {
    home,
    open: async (own) => {
      const said: string[] = [];
      await claimHome(home, own, (line) => said.push(line));
      return said;
    },
    file: (name) => readFileSync(join(home, name), "utf8"),
  };
}

test("a new folder is of this build, and opened by it without a word", async () => {
  const { open, file } = place();
  expect([await open("0.1.0"), await open("0.1.0")]).toEqual([[], []]);
  expect([file("version"), file("written-by")]).toEqual(["1\n", "0.1.0\n"]);
});

test("a folder of another layout is refused and left as it is", async () => {
  const { home, open, file } = place();
  await open("0.1.0");
  writeFileSync(join(home, "version"), "2\n");
  await expect(open("0.1.1")).rejects.toMatchObject({
    code: "OTHER_LAYOUT",
    message: `${home} was written by layout 2, and this is layout 1`,
  });
  expect([file("version"), file("written-by")]).toEqual(["2\n", "0.1.0\n"]);
});

test.each([
  ["0.1.0", "0.1.1", "is opened as it is, nothing in it is rewritten; an earlier release than 0.1 "],
  ["0.1.9", "0.1.10", "is opened as it is, nothing in it is rewritten"],
  ["0.1.0", "0.2.0", "an earlier release than 0.2 does not open it any more"],
  ["0.9.0", "1.0.0-rc.1", "an earlier release than 1.0 "],
  ["0.1.1", "0.1.0", "of the same release"],
])("a folder that %s wrote is opened by %s, and that is said", async (writer, own, says) => {
  const { open, file } = place();
  await open(writer);
  expect(await open(own)).toEqual([expect.stringContaining(says)]);
  expect(file("written-by")).toBe(`${own}\n`);
});

test.each([
  ["0.2.0", "0.1.9"],
  ["0.10.0", "0.9.3"],
  ["1.0.0", "0.9.0"],
])("a folder that %s wrote is refused by %s and left as it is", async (writer, own) => {
  const { home, open, file } = place();
  await open(writer);
  await expect(open(own)).rejects.toMatchObject({
    code: "NEWER_DATA",
    message: `${home} was written by Armada ${writer}, and this is ${own}`,
    hint: expect.stringContaining(`npm install armada-mesh@${writer}`),
  });
  expect(file("written-by")).toBe(`${writer}\n`);
});

test("a folder of a build before versions were kept is opened", async () => {
  const { home, open, file } = place();
  await open("0.1.0");
  rmSync(join(home, "written-by"));
  expect(await open("0.1.0")).toEqual([]);
  expect(file("written-by")).toBe("0.1.0\n");
});
