import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError, Refusal } from "@armada/contracts";
import { z } from "zod";

export type SourceDocument = { readonly name: string; readonly bytes: Uint8Array };
export type Folder = {
  readonly documents: readonly SourceDocument[];
  readonly left: readonly { file: string; why: string }[];
  readonly topic?: string;
  readonly questions?: readonly string[];
};

const READ = /\.(md|markdown|txt|html|htm)$/i;
const MAX_BYTES = 2 * 1024 * 1024;
const BriefFile = z.object({ topic: z.string().optional(), questions: z.array(z.string()).optional() });

/**
 * The .md, .txt and .html documents of a folder, and its brief.json. What cannot be read is left out with its reason.
 * @throws ArmadaError `NO_SUCH_FOLDER`; Refusal `NO_DOCUMENTS`
 */
export async function readFolder(folder: string): Promise<Folder> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new ArmadaError("NO_SUCH_FOLDER", `the folder ${folder} cannot be read`, {
      cause,
      hint: "give a folder of .md, .txt or .html documents: --sources DIR",
    });
  });
  const documents: SourceDocument[] = [];
  const left: { file: string; why: string }[] = [];
  for (const file of files.filter((name) => READ.test(name)).sort()) {
    const read = await readOne(join(folder, file), file);
    if ("why" in read) left.push({ file, why: read.why });
    else documents.push(read);
  }
  if (documents.length === 0)
    throw new Refusal(
      "NO_DOCUMENTS",
      `${folder} has no document to write from${left.map(({ file, why }) => `\n  ${file}: ${why}`).join("")}`,
      {
        hint: "put .md, .txt or .html files in it",
      },
    );
  if (!files.includes("brief.json")) return { documents, left };
  const path = join(folder, "brief.json");
  const brief = BriefFile.safeParse(
    await readFile(path, "utf8")
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
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      return { why: `${(size / 1024 / 1024).toFixed(1)} MB is more than the ${MAX_BYTES / 1024 / 1024} MB that a document may have` };
    const bytes = await readFile(path);
    if (bytes.subarray(0, 8_192).includes(0)) return { why: "it is binary, not text" };
    return { name, bytes };
  } catch (error) {
    return { why: `it cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})` };
  }
}
