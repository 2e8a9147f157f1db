import { ordinaryWords } from "armada-mesh/text";
import { describe, expect, it } from "vitest";
import { checkClaim, verbatim } from "./fact-check.ts";
import { groundOf, isGrounded } from "./surface-check.ts";

const text = "The bridge at Calder was opened by Ida Holm on 4 May 1931. It carries 12,500 cars a day and does not close in winter.";
const sources = new Map([["bridge.md", { name: "bridge.md", text }]]);
const quote = "The bridge at Calder was opened by Ida Holm on 4 May 1931.";
const check = (claim: { text: string; quote?: string; file?: string }) =>
  checkClaim({ file: "bridge.md", quote, ...claim }, sources, ordinaryWords([text])).sources.length === 1;

describe("checkClaim carries", () => {
  it.each([
    ["the sentence itself", { text: quote }],
    ["a paraphrase with its names and numbers", { text: "In 1931 Ida Holm opened the Calder bridge." }],
    ["a number written otherwise", { text: "Some 12500 cars cross the bridge each day.", quote: "It carries 12,500 cars a day" }],
    ["a quote that differs in white space", { text: quote, quote: quote.replaceAll(" ", "\n ") }],
    ["an ordinary word at the head", { text: "Cars use the bridge, and 12,500 do so a day.", quote: "It carries 12,500 cars a day" }],
  ])("%s", (_, claim) => {
    expect(check(claim)).toBe(true);
  });
});

describe("checkClaim refuses", () => {
  it.each([
    ["an invented figure", { text: "The bridge at Calder was opened on 4 May 1932." }],
    ["an invented name", { text: "The bridge at Calder was opened by Gustav Holm on 4 May 1931." }],
    ["an invented name at the head", { text: "Gustav opened the bridge at Calder on 4 May 1931." }],
    ["an invented magnitude", { text: "The bridge carries 12,500 million cars.", quote: "It carries 12,500 cars a day" }],
    ["an invented spelled number", { text: "The bridge at Calder was opened twelve times." }],
    ["an invented quote", { text: quote, quote: "The bridge at Calder is the finest in the land." }],
    ["a file that is not there", { text: quote, file: "other.md" }],
    ["a quote about something else", { text: "Penguins swim faster than people think.", quote: "It carries 12,500 cars a day" }],
    ["a quote of one word", { text: "The bridge at Calder is very long.", quote: "bridge" }],
    ["a denial of what the quote affirms", { text: "The bridge at Calder was not opened by Ida Holm." }],
    ["an empty quote", { text: quote, quote: " " }],
  ])("%s", (_, claim) => {
    expect(check(claim)).toBe(false);
  });
});

describe("a further citation", () => {
  const text = "A quarter of the kidneys came from living donors in the last year.";
  const cites = (other: string) =>
    checkClaim(
      { text, file: "a.md", quote: text, also: [{ file: "b.md", quote: other }] },
      new Map([
        ["a.md", { name: "a.md", text }],
        ["b.md", { name: "b.md", text: other }],
      ]),
      ordinaryWords([text, other]),
    ).sources.map(({ file }) => file);
  it("is of what says the same", () => {
    expect(cites("In the last year a quarter of the kidneys came from living donors.")).toEqual(["a.md", "b.md"]);
  });
  it.each([
    "Four in ten of the kidneys came from living donors in the last year.",
    "Two thirds of the kidneys came from living donors in the last year.",
    "Not a quarter of the kidneys came from living donors in the last year.",
  ])("is not of %s", (other) => {
    expect(cites(other)).toEqual(["a.md"]);
  });
});

describe("a further citation of a figure", () => {
  const cites = (text: string, other: string) =>
    checkClaim(
      { text, file: "a.md", quote: text, also: [{ file: "b.md", quote: other }] },
      new Map([
        ["a.md", { name: "a.md", text }],
        ["b.md", { name: "b.md", text: other }],
      ]),
      ordinaryWords([text, other]),
    ).sources.length === 2;
  it.each([
    ["The harbour bridge carries 12,500 cars a day.", "Each day the old harbour bridge carries 12,500 cars."],
    ["The dam is 40 metres high.", "The height of the dam is 40 metres."],
    ["In 2021 the museum had 81,000 visitors.", "The museum had 81,000 visitors in 2021, which was a record."],
  ])("%s and %s", (text, other) => {
    expect(cites(text, other)).toBe(true);
  });
  it.each([
    ["of another thing", "The harbour bridge carries 12,500 cars a day.", "The harbour tunnel carries 12,500 cars a day."],
    ["of other things counted", "The harbour bridge carries 12,500 cars a day.", "The harbour bridge carries 12,500 trams a day."],
    ["in another time", "The harbour bridge carries 12,500 cars a day.", "The harbour bridge carries 12,500 cars a week, a day more."],
    ["in another unit", "The dam is 40 metres high.", "The dam is 40 feet high."],
    ["of another measure", "The dam is 40 metres high.", "The dam is 40 metres long."],
    ["of another year", "The museum had 81,000 visitors.", "In 2019 the museum had 81,000 visitors."],
    ["as a bound", "The hostel has 40 beds for guests.", "The hostel has at least 40 beds for guests."],
    ["as a plan", "The line cost 48 million euros.", "The line will cost 48 million euros."],
    ["of a part", "The bridge is 412 metres long.", "The model of the bridge is 412 metres long."],
    ["with another sign", "The lake is 5 degrees warm in winter.", "The lake is -5 degrees warm in winter."],
  ])("is not %s", (_, text, other) => {
    expect(cites(text, other)).toBe(false);
  });
});

it("returns quotes as they stand in the text", () => {
  expect(verbatim("a  b", "x a\nb y")).toBe("a\nb");
  expect(verbatim("a.b", "axb")).toBeUndefined();
});

describe("isGrounded", () => {
  const ground = groundOf([quote, "The bridge carries cars."], "", ["The bridge earns a prize for courage."]);
  it.each(["The Bridge at Calder", "How Ida Holm Opened the Bridge", "the bridge of 1931"])("lets %s through", (line) => {
    expect(isGrounded(line, ground)).toBe(true);
  });
  it.each([
    "The Bridge of 1932",
    "Gustav’s Bridge",
    "The bridge and “the finest in the land”",
    "The bridge earns a prize",
    "Penguins everywhere",
    "",
  ])("stops %s", (line) => {
    expect(isGrounded(line, ground)).toBe(false);
  });
});
