import { Refusal } from "@armada/contracts";
import { extractText } from "@armada/text";
import type { BriefDocument } from "./brief.ts";
import { checkLanguage } from "./language.ts";

/** A document's extracted text. */
export type Source = { readonly name: string; readonly text: string };
export type Skipped = { readonly file: string; readonly why: string };

/**
 * Reads a brief's documents to text, and leaves out those that cannot be served.
 * @throws Refusal `NO_DOCUMENTS`, `DUPLICATE_DOCUMENT`, `LANGUAGE_NOT_SERVED`
 */
export async function readDocuments(
  documents: readonly BriefDocument[],
  objects: { get(digest: string): Promise<Uint8Array> },
): Promise<{ sources: Source[]; skipped: Skipped[] }> {
  checkDocuments(documents);
  const sources: Source[] = [];
  const skipped: Skipped[] = [];
  for (const document of documents) {
    const raw = "text" in document ? document.text : decode(await objects.get(document.digest));
    const text = raw === undefined ? "" : extractText(document.name, raw);
    const why = raw === undefined ? "it is not UTF-8 text" : checkLanguage(text);
    if (why === undefined) sources.push({ name: document.name, text });
    else skipped.push({ file: document.name, why });
  }
  if (sources.length > 0) return { sources, skipped };
  const foreign = skipped.find(({ why }) => why.includes("English"));
  const list = skipped.map(({ file, why }) => `${file}: ${why}`).join("; ");
  throw new Refusal(foreign === undefined ? "NO_DOCUMENTS" : "LANGUAGE_NOT_SERVED", `no document can be read (${list})`, {
    hint: "give documents of English text in .md, .txt or .html",
    details: { skipped },
  });
}

/** What can be said without reading them. @throws Refusal `NO_DOCUMENTS`, `DUPLICATE_DOCUMENT` */
export function checkDocuments(documents: readonly BriefDocument[]): void {
  if (documents.length === 0)
    throw new Refusal("NO_DOCUMENTS", "the brief has no documents", {
      hint: "give at least one document of English text in .md, .txt or .html",
    });
  const names = new Set<string>();
  for (const { name } of documents) {
    if (names.has(name))
      throw new Refusal("DUPLICATE_DOCUMENT", `two documents are named ${name}`, { hint: "sources are cited by name: give each its own" });
    names.add(name);
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\u0000") ? undefined : text;
  } catch {
    return undefined;
  }
}
