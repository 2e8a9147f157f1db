import { Refusal } from "armada-mesh/contracts";
import { contentStems, stem, titleOf } from "armada-mesh/text";
import type { Source } from "./source.ts";

/** Words of a topic that say what kind of text is wanted, not what about. */
const OF_THE_FORM = new Set(
  `guide introduction overview history future story article summary primer basics explained work works working cost costs benefit benefits
  advantages use uses effect effects impact role state today modern new review report facts everything know life tell people world way keep come came promise`
    .split(/\s+/u)
    .map(stem),
);

/**
 * Whether the documents say anything about the topic: most of its words occur, and some of them side by side in one paragraph.
 * @throws Refusal `TOPIC_NOT_COVERED` with `details.covered`: what the documents are about
 */
export function checkCoverage(topic: string, sources: readonly Source[]): void {
  const wanted = tellingStems(topic);
  if (wanted.length === 0) return;
  const blocks = sources.flatMap((source) =>
    [source.called ?? "", ...source.text.split("\n\n")].map((block) => new Set(contentStems(block))),
  );
  const found = wanted.filter((one) => blocks.some((block) => block.has(one)));
  const together = Math.max(0, ...blocks.map((block) => wanted.filter((one) => block.has(one)).length));
  if (
    absentNames(topic, blocks).length === 0 &&
    found.length >= Math.ceil(wanted.length * 0.6) &&
    together >= Math.min(2, Math.ceil(wanted.length / 2))
  )
    return;
  const covered = coveredBy(sources);
  throw new Refusal("TOPIC_NOT_COVERED", `the documents do not cover ${JSON.stringify(topic)}; they cover: ${covered.join("; ")}`, {
    hint: "choose a topic of these documents, or give documents that cover it",
    details: { covered },
  });
}

/** The stems of a topic that say what it is about; all of them where it has no others. */
export function tellingStems(topic: string): string[] {
  const all = [...new Set(contentStems(topic))];
  const kinds = kindsOfNames(topic);
  const telling = all.filter((one) => !OF_THE_FORM.has(one) && !kinds.has(one));
  return telling.length > 0 ? telling : all;
}

/** What a name is of, beside it: the documents on the Vasa need not call her a warship. */
function kindsOfNames(topic: string): ReadonlySet<string> {
  return new Set([...topic.matchAll(/(?<=\b[Tt]he )(\p{Ll}[\p{L}-]+)(?= \p{Lu}\p{Ll})/gu)].flatMap(([kind]) => contentStems(kind)));
}

/** Names of the topic that no document has: night trains in Japan are not those of anywhere else. A topic all in capitals tells no names. */
function absentNames(topic: string, blocks: readonly ReadonlySet<string>[]): string[] {
  const words = topic.match(/[\p{L}\p{N}’'-]+/gu) ?? [];
  const telling = words.slice(1).filter((word) => contentStems(word).length > 0);
  if (!telling.some((word) => /^\p{Ll}/u.test(word))) return [];
  const names = telling.filter((word) => /^\p{Lu}/u.test(word)).flatMap((word) => contentStems(word));
  return names.filter((name) => !blocks.some((block) => block.has(name)));
}

/** What the documents are about, by their own titles. */
function coveredBy(sources: readonly Source[]): string[] {
  return [...new Set(sources.map(({ name, text }) => titleOf(name, text)))].slice(0, 12);
}
