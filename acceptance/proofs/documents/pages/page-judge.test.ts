import { expect, test } from "vitest";
import { expectedText, pageWords, scorePage } from "./page-judge.ts";

test("counts what of the expected words was not read, each copy once", () => {
  const { lost, times } = scorePage("the tram and the ferry", "The tram, a ferry");
  expect(lost).toBe(2 / 5);
  expect(times).toBe(4 / 5);
});

test("says how many times the expected text was read", () => {
  expect(scorePage("one two", "one two three four five").times).toBe(2.5);
  expect(scorePage("one two", "").lost).toBe(1);
});

test("ideographs are words of their own, compatibility forms are the same word", () => {
  expect(pageWords("路面電車 opens ﬁrst")).toEqual(["路", "面", "電", "車", "opens", "first"]);
});

test("reference marks and edit links are not expected", () => {
  expect(pageWords(expectedText("<h2>History[edit]</h2><p>In 2027.<sup>[12]</sup> &amp; after</p>"))).toEqual([
    "history",
    "in",
    "2027",
    "after",
  ]);
});
