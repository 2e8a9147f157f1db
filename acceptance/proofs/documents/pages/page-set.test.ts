import { describe, expect, test } from "vitest";
import { withoutTags } from "../article/source-text.ts";
import { pageWords, scorePage } from "./page-judge.ts";
import { drawPages, layouts } from "./page-set.ts";

const ENCODINGS: Readonly<Record<string, string>> = { utf16: "utf-16le", windows1252: "windows-1252" };
const kind = (name: string): string => name.replace(/-\d+\..*$/u, "");
/** A reading that takes a page's whole text for its main part. */
const everything = (name: string, bytes: Uint8Array): string =>
  withoutTags(new TextDecoder(ENCODINGS[kind(name)] ?? "utf-8").decode(bytes));

describe("drawPages", () => {
  const pages = drawPages(11, 3);

  test("gives the same pages for the same seed, others for another", () => {
    expect(drawPages(11, 3)).toEqual(pages);
    expect(drawPages(12, 3)).not.toEqual(pages);
  });

  test("has at least 60 pages, every layout among them", () => {
    expect(pages.length).toBeGreaterThanOrEqual(60);
    expect(new Set(pages.map(({ name }) => kind(name)))).toEqual(new Set(Object.keys(layouts)));
  });

  test("expects only words that stand in the page", () => {
    for (const { name, bytes, expected } of pages) {
      expect(pageWords(expected).length, name).toBeGreaterThanOrEqual(20);
      expect(scorePage(expected, everything(name, bytes)).lost, name).toBe(0);
    }
  });

  test("is not passed by a reading of everything", () => {
    const swollen = pages.filter(({ name, bytes, expected }) => scorePage(expected, everything(name, bytes)).times > 2);
    expect(swollen.length / pages.length).toBeGreaterThan(0.15);
  });
});
