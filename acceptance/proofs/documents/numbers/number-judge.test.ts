import { describe, expect, test } from "vitest";
import { drawNumbers, inGroups } from "./number-drawing.ts";
import { judgeNumber } from "./number-judge.ts";

const drawn = { id: "", kind: "", locale: "en-GB", told: true, path: "", document: "", tag: "", written: ["9,000"], values: [9000] };
const verdict = (paragraph: string | undefined, values: number[]): string => judgeNumber(drawn, { paragraph, values }).verdict;

describe("judgeNumber", () => {
  test("right where the value was read and the digits stand", () => {
    expect(verdict("It carried 9,000 people.", [9000])).toBe("right");
    expect(verdict("It carried 9,000² people.", [9000])).toBe("right");
  });

  test("refused where nothing was read", () => expect(verdict("It carried 9,000 people.", [])).toBe("refused"));

  test("changed where another value was read, the digits are others, or the sentence is gone", () => {
    expect(verdict("It carried 9,000 people.", [9])).toBe("changed");
    expect(verdict("It carried 9,000 people.", [9000, 0])).toBe("changed");
    expect(verdict("It carried 9,0002 people.", [])).toBe("changed");
    expect(verdict(undefined, [])).toBe("changed");
  });
});

describe("drawNumbers", () => {
  const numbers = drawNumbers(3, 3000);

  test("draws every kind in every locale, told and not, in three forms", () => {
    expect(new Set(numbers.map(({ locale, kind }) => `${locale} ${kind}`)).size).toBeGreaterThanOrEqual(6 * 14);
    expect(new Set(numbers.map(({ told, path }) => `${told} ${path.split(".")[1]}`)).size).toBe(6);
  });

  test("gives each number a sentence with a name of its own, and the same for the same seed", () => {
    expect(new Set(numbers.map(({ tag }) => tag)).size).toBe(numbers.length);
    expect(drawNumbers(3, 50)).toEqual(numbers.slice(0, 50));
  });

  test("groups as the place does", () => {
    expect(inGroups("12345678", ",", 2)).toBe("1,23,45,678");
    expect(inGroups("1234567", "’", 3)).toBe("1’234’567");
    expect(inGroups("999", ",", 3)).toBe("999");
  });
});
