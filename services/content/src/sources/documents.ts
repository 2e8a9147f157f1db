import { Refusal } from "armada-mesh/contracts";
import { readDocuments as readAll } from "armada-mesh/text";
import type { BriefDocument } from "../contract.ts";
import { withoutCopies } from "./copies.ts";
import { checkLanguage, withoutForeign } from "./language.ts";
import type { Skipped, Source } from "./source.ts";

/**
 * Reads a brief's documents to text, and leaves out those that cannot be served and those that repeat another.
 * @throws Refusal `NO_DOCUMENTS`, `DUPLICATE_DOCUMENT`, `LANGUAGE_NOT_SERVED`
 */
export async function readDocuments(
  documents: readonly BriefDocument[],
  objects: { get(digest: string): Promise<Uint8Array> },
): Promise<{ sources: Source[]; skipped: Skipped[] }> {
  checkDocuments(documents);
  const files = await Promise.all(
    documents.map(async (document) => ({
      path: document.name,
      bytes: "text" in document ? document.text : await objects.get(document.digest),
    })),
  );
  const sources: Source[] = [];
  const skipped: Skipped[] = [];
  for (const [i, document] of (await readAll(files)).entries()) {
    const name = documents[i]?.name ?? "";
    const why = "unreadable" in document ? document.unreadable : checkLanguage(document.text);
    if (!("unreadable" in document) && why === undefined) {
      const { text, foreign } = withoutForeign(document.text);
      sources.push({ name, text, ...(document.called !== undefined && { called: document.called }) });
      if (foreign.length > 0) skipped.push({ file: name, why: passages(foreign) });
    } else skipped.push({ file: name, why: why ?? "it cannot be read" });
  }
  if (sources.length > 0) {
    const once = withoutCopies(sources);
    return { sources: once.sources, skipped: [...skipped, ...once.skipped] };
  }
  const foreign = skipped.find(({ why }) => why.includes("English"));
  const list = skipped.map(({ file, why }) => `${file}: ${why}`).join("; ");
  throw new Refusal(foreign === undefined ? "NO_DOCUMENTS" : "LANGUAGE_NOT_SERVED", `no document can be read (${list})`, {
    hint: "give documents of English text in .md, .txt, .html or .pdf",
    details: { skipped },
  });
}

/** What can be said without reading them. @throws Refusal `NO_DOCUMENTS`, `DUPLICATE_DOCUMENT` */
export function checkDocuments(documents: readonly BriefDocument[]): void {
  if (documents.length === 0)
    throw new Refusal("NO_DOCUMENTS", "the brief has no documents", {
      hint: "give at least one document of English text in .md, .txt, .html or .pdf",
    });
  const names = new Set<string>();
  for (const { name } of documents) {
    if (names.has(name))
      throw new Refusal("DUPLICATE_DOCUMENT", `two documents are named ${name}`, { hint: "sources are cited by name: give each its own" });
    names.add(name);
  }
}

/** What of a document is not read for its language: the first words of it, and how much more. */
function passages([first = "", ...others]: readonly string[]): string {
  const start = first.length > 80 ? `${first.slice(0, 80).replace(/\s\S*$/u, "")} …` : first;
  return `the rest is read, but not what is in another language: “${start}”${others.length > 0 ? ` and ${others.length} more` : ""}`;
}
