import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readFolder } from "./documents.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-documents-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text);

test("documents come in the order of their names, other files and folders are named", async () => {
  put("b.txt", "two");
  put("a.MD", "one");
  put("c.html", "three");
  put("picture.png", new Uint8Array([0, 1]));
  put("brief.json", '{"topic":"tides","questions":["when?"]}');
  put(".hidden.txt", "four");
  put(".DS_Store", "none");
  put("d.csv", "stop,opens\nQuay,2027\n");
  put("report.pdf", "%PDF-1.4 not really a pdf");
  mkdirSync(join(folder, "more"));
  const read = await readFolder(folder);
  expect(read.documents.map(({ name }) => name)).toEqual(["a.MD", "b.txt", "c.html", "d.csv"]);
  expect(read.left).toEqual([
    { file: ".hidden.txt", why: "its name begins with a dot, which hides it" },
    { file: "more", why: "it is a folder; only the files beside it are read" },
    { file: "picture.png", why: "only .md, .txt, .html, .pdf, .csv, .srt and .vtt are read" },
    { file: "report.pdf", why: "it is no PDF that can be read" },
  ]);
  expect(read).toMatchObject({ topic: "tides", questions: ["when?"] });
});

test("what cannot be read is left out with its reason, the rest is taken", async () => {
  put("good.md", "text");
  put("binary.md", new Uint8Array([65, 0, 66]));
  put("huge.txt", "x".repeat(5 * 1024 * 1024));
  mkdirSync(join(folder, "folder.md"));
  put("locked.md", "text");
  chmodSync(join(folder, "locked.md"), 0o000);
  const { documents, left } = await readFolder(folder);
  const why = new Map(left.map((one) => [one.file, one.why]));
  expect(documents.map(({ name }) => name)).toContain("good.md");
  expect(why.get("binary.md")).toBe("it is binary, not text");
  expect(why.get("huge.txt")).toBe("5.0 MB is more than the 2 MB that a document may have");
  expect(why.get("folder.md")).toBe("it is a folder; only the files beside it are read");
  // The superuser reads what is locked.
  expect(why.get("locked.md")).toBe(process.getuid?.() === 0 ? undefined : "it cannot be read (EACCES)");
});

test("what is no file is named and never opened", async () => {
  put("good.md", "text");
  execFileSync("mkfifo", [join(folder, "pipe.md")]);
  symlinkSync("/dev/zero", join(folder, "endless.txt"));
  const server = createServer().listen(join(folder, "socket.md"));
  await once(server, "listening");
  const { documents, left } = await readFolder(folder);
  server.close();
  expect(documents.map(({ name }) => name)).toEqual(["good.md"]);
  const why = "it is no file (a pipe, a socket or a device)";
  expect(left).toEqual(["endless.txt", "pipe.md", "socket.md"].map((file) => ({ file, why })));
  execFileSync("mkfifo", [join(folder, "brief.json")]);
  await expect(readFolder(folder)).rejects.toMatchObject({ code: "BAD_JSON" });
});

test("a folder without a document is refused, with what was in the way", async () => {
  await expect(readFolder(folder)).rejects.toMatchObject({ code: "NO_DOCUMENTS" });
  put("binary.md", new Uint8Array([0]));
  await expect(readFolder(folder)).rejects.toMatchObject({ message: expect.stringContaining("binary.md: it is binary, not text") });
});

test("a folder that is not there is named", async () => {
  const nowhere = join(folder, "nowhere");
  await expect(readFolder(nowhere)).rejects.toMatchObject({ code: "NO_SUCH_FOLDER", message: `the folder ${nowhere} cannot be read` });
});

test.each(["{", "[]", '{"topic":1}', '{"questions":"when?"}'])("brief.json %j is refused", async (text) => {
  put("a.md", "one");
  put("brief.json", text);
  await expect(readFolder(folder)).rejects.toMatchObject({ code: "BAD_JSON", message: expect.stringContaining("brief.json is not") });
});
