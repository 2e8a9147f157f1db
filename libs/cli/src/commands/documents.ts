import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError, Refusal } from "@armada/contracts";
import { DOCUMENT_ENDINGS, readDocument } from "@armada/text";
import { z } from "zod";

export type SourceDocument = { readonly name: string; readonly bytes: Uint8Array };
export type Folder = {
  readonly documents: readonly SourceDocument[];
  readonly left: readonly { file: string; why: string }[];
  readonly topic?: string;
  readonly questions?: readonly string[];
};

const READ = new RegExp(`\\.(?:${DOCUMENT_ENDINGS.join("|")})$`, "iu");
const FORMS = ".md, .txt, .html, .pdf, .csv, .srt and .vtt";
/** They belong to the folder and not to what is written from. */
const BESIDE = /^(?:brief\.json|\..*)$/u;
const HIDDEN_WHY = "its name begins with a dot, which hides it";
const MAX_BYTES = 2 * 1024 * 1024;
const BriefFile = z.object({ topic: z.string().optional(), questions: z.array(z.string()).optional() });

/**
 * The documents of a folder, and its brief.json. What is not read, a folder in it too, is left out with its reason.
 * @throws ArmadaError `NO_SUCH_FOLDER`; Refusal `NO_DOCUMENTS`
 */
export async function readFolder(folder: string): Promise<Folder> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new ArmadaError("NO_SUCH_FOLDER", `the folder ${folder} cannot be read`, {
      cause,
      hint: "give a folder of .md, .txt, .html or .pdf documents: --sources DIR",
    });
  });
  const documents: SourceDocument[] = [];
  const left: { file: string; why: string }[] = [];
  for (const file of [...files].sort()) {
    // A hidden document may be meant; what programs hide for themselves is not.
    if (/^\./u.test(file) && READ.test(file)) left.push({ file, why: HIDDEN_WHY });
    if (BESIDE.test(file)) continue;
    const read = await readOne(join(folder, file), file);
    if ("why" in read) left.push({ file, why: read.why });
    else documents.push(read);
  }
  if (documents.length === 0)
    throw new Refusal(
      "NO_DOCUMENTS",
      `${folder} has no document to write from${left.map(({ file, why }) => `\n  ${file}: ${why}`).join("")}`,
      {
        hint: "put .md, .txt, .html or .pdf files in it",
      },
    );
  if (!files.includes("brief.json")) return { documents, left };
  const path = join(folder, "brief.json");
  const brief = BriefFile.safeParse(
    await stat(path)
      .then((found) => (found.isFile() ? readFile(path, "utf8") : ""))
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (!brief.success)
    throw new ArmadaError("BAD_JSON", `${path} is not { "topic": TEXT, "questions": [TEXT, …] }`, {
      hint: "correct it, or take it away and give --topic TEXT",
    });
  const { topic, questions } = brief.data;
  return { documents, left, ...(topic === undefined ? {} : { topic }), ...(questions === undefined ? {} : { questions }) };
}

async function readOne(path: string, name: string): Promise<SourceDocument | { why: string }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { why: "it is a folder; only the files beside it are read" };
    // Who reads a pipe or a socket waits for somebody to write; a device may never end.
    if (!found.isFile()) return { why: "it is no file (a pipe, a socket or a device)" };
    if (!READ.test(name)) return { why: `only ${FORMS} are read` };
    const { size } = found;
    if (size > MAX_BYTES)
      return { why: `${(size / 1024 / 1024).toFixed(1)} MB is more than the ${MAX_BYTES / 1024 / 1024} MB that a document may have` };
    const bytes = await readFile(path);
    if (/\.pdf$/iu.test(name)) await readDocument({ path: name, bytes });
    else if (!isUtf16(bytes) && bytes.subarray(0, 8_192).includes(0)) return { why: "it is binary, not text" };
    return { name, bytes };
  } catch (error) {
    if (error instanceof ArmadaError && error.code === "UNREADABLE_DOCUMENT") return { why: error.message };
    return { why: `it cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})` };
  }
}

function isUtf16([a, b]: Uint8Array): boolean {
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
}
