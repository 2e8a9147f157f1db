import { words } from "../../words.ts";

/** Marks that part a page's title from the name of its site, with space around them. */
const BAR = /\s+(?:[|·•»«›‹]|::)\s+/u;
const DASH = /\s+[-–—]\s+/u;
const SITE_WORDS_MOST = 4;

export type TitledPage = {
  /** What the page says its site is called. */
  readonly site: string | undefined;
  readonly headings: readonly string[];
  /** Text of its main part. */
  readonly text: string;
};

/**
 * A page's title without the name of its site: the part that is a heading of the page too, else what stands before a bar, or before a
 * dash with a name behind it of which the page itself does not speak ("Krakatoa – Wikipedia").
 */
export function pageTitle(title: string, { site, headings, text }: TitledPage): string {
  const parts = title.split(BAR).flatMap((part) => part.split(DASH));
  const known = new Set(headings.map(plain));
  const heading = parts.find((part) => known.has(plain(part)));
  if (parts.length === 1 || heading !== undefined) return heading ?? title;
  const isSite = (part: string): boolean => site !== undefined && plain(part) === plain(site);
  const own = title.split(BAR).find((part) => !isSite(part)) ?? title;
  const [first = "", ...rest] = own.split(DASH);
  if (rest.length > 0 && isSite(first)) return own.slice(own.indexOf(rest[0] ?? ""));
  const last = rest.at(-1);
  return last !== undefined && (isSite(last) || isForeignName(last, text))
    ? own.slice(0, own.lastIndexOf(last)).replace(/\s+[-–—]\s+$/u, "")
    : own;
}

/** A few words with capitals, none of which the text has. */
function isForeignName(name: string, text: string): boolean {
  const own = name.split(/\s+/u);
  const spoken = new Set(words(text));
  return (
    own.length <= SITE_WORDS_MOST &&
    own.every((word) => /^(?:\p{Lu}|(?:of|the|and|for|in|&)$|\p{L}+\.\p{L}+$)/u.test(word)) &&
    words(name).every((word) => word.length < 4 || !spoken.has(word))
  );
}

function plain(text: string): string {
  return words(text).join(" ");
}
