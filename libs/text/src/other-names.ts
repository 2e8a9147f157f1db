import { contentStems } from "./words.ts";

/** Proper names of two words and more: "Orran Fell", "Holm Quarry Park". */
const NAME = /(?<![\p{L}])\p{Lu}\p{Ll}[\p{L}-]*(?: \p{Lu}\p{Ll}[\p{L}-]*)+/gu;

/**
 * The names of a text that have a word of a topic and one that is none of it.
 * @param topic stems, as `contentStems` gives them
 */
export function otherNamesIn(text: string, topic: ReadonlySet<string>): string[] {
  return [...text.matchAll(NAME)].map(([name]) => name).filter((name) => isOther(name, topic));
}

/** A text without `otherNamesIn` it: Orran Fell says nothing of Lake Orran. */
export function withoutOtherNames(text: string, topic: ReadonlySet<string>): string {
  return text.replaceAll(NAME, (name) => (isOther(name, topic) ? "" : name));
}

function isOther(name: string, topic: ReadonlySet<string>): boolean {
  const stems = contentStems(name);
  return stems.some((one) => topic.has(one)) && stems.some((one) => !topic.has(one));
}
