import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberLocale } from "./number-locale.ts";
import { readNumbers } from "./numbers.ts";

const read = (text: string, locale?: string): (number | string)[] =>
  readNumbers(text, locale).map((one) => ("value" in one ? one.value : text.slice(one.start, one.end)));

describe("readNumbers", () => {
  it.each([
    ["1'250'000 passengers and 1’240.5 m", undefined, [1_250_000, 1240.5]],
    ["1.240 people, 1.240,5 and 1.234.567", "de", [1240, 1240.5, 1_234_567]],
    ["1 240 seats", "fr", [1240]],
    ["1\u202f240 seats", undefined, [1240]],
    ["12,34,567 rupees", "en-IN", [1_234_567]],
    ["$1.5bn, $1.5m and 48 million euros", "en", [1.5e9, 1.5e6, 48e6]],
    ["a quarter of a million, half a million, two and a half million", "en", [250_000, 500_000, 2_500_000]],
    ["two hundred and fifty thousand people, a dozen trams, twenty-five stops", "en", [250_000, 12, 25]],
    ["50,1 Millionen, 8,4 miljoner. 2,5 Mrd. 3 Billionen", "de", [50.1e6, 8.4e6, 2.5e9, 3e12]],
    ["97.4 crore and 5.17 lakh", "en-IN", [974e6, 517_000]],
    ["10⁶ kg, 3.2 × 10^5 m, 2.5e3 l", "en", [1e6, 320_000, 2500]],
    ["9,000[2] passengers, 9,000* of them", "en", [9000, 9000]],
    ["-5 degrees, 1½ hours, between 5 and 7", "en", [-5, 1.5, 5, 7]],
    ["−5 °C, –5, ‑5, ﹣5, [−5], “-5” and minus 5, from -5–-2", "en", [-5, -5, -5, -5, -5, -5, -5, -5, -2]],
    ["-€5, €-5, −$5 million and minus five", "en", [-5, -5, -5e6, -5]],
    [".5 mm, -.5 mm, 0.5", "en", [0.5, -0.5, 0.5]],
    ["1.5e-3 m, 5E+3, 1.5*10^5, 10**4, 10 ⁴", "en", [0.0015, 5000, 150_000, 10_000, 10_000]],
    ["5 thousand million, $5B, $5 M, 5 M€, 5 MEUR, $5k", "en", [5e9, 5e9, 5e6, 5e6, 5e6, 5000]],
    ["5+ people, 10–5, Norwick–5 km, +5", "en", [5, 10, 5, 5, 5]],
    ["the 21st of A4 on 2024-03-04 at 12:30, 1:5, 1.2.3, H2O, B-52, v1.2.3, 3D", "en", []],
  ])("reads %s by %s", (text, locale, expected) => {
    expect(read(text, locale)).toEqual(expected);
  });

  it.each([
    ["1.240 people", undefined, "1.240"],
    ["9,0002 passengers", "en", "9,0002"],
    ["1.234,5 m", "en", "1.234,5"],
    ["1 240 seats", "en", "1 240"],
    ["9,000² passengers", "en", "9,000²"],
    ["5m", "en", "5"],
    ["5M people", "en", "5"],
    ["5K", "en", "5"],
    ["5B dollars", "en", "5"],
    ["5 k", "en", "5"],
    ["5 millionths", "en", "5"],
    ["5 billion", "de", "5"],
  ])("refuses %s by %s", (text, locale, refused) => {
    expect(read(text, locale)).toEqual([refused]);
    expect(readNumbers(text, locale)).toEqual([{ refused: expect.any(String), start: 0, end: refused.length }]);
  });

  it.each(["±5 %", "12 of ±3", "T−5", "—5", "+/-5", "a ,5 b", "$5MM"])(
    "refuses what stands beside a mark that may change it: %s",
    (text) => {
      expect(readNumbers(text, "en").at(-1)).toEqual({ refused: expect.any(String), start: expect.any(Number), end: expect.any(Number) });
    },
  );

  it("refuses what may be a range or below zero", () => {
    expect(read("10 -5", "en")).toEqual([10, "5"]);
    expect(read("10 minus 5", "en")).toEqual([10, "5"]);
  });

  it("reads what a locale writes, or refuses it", () => {
    const locales = ["en-GB", "de-DE", "fr-FR", "de-CH", "en-IN", "sv-SE"];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(...locales),
        (whole, decimals, locale) => {
          const value = whole / 10 ** decimals;
          const text = `It counted ${value.toLocaleString(locale, { minimumFractionDigits: decimals })} of them.`;
          expect(readNumbers(text, locale).map((one) => ("value" in one ? one.value : undefined))).toEqual([value]);
          for (const one of readNumbers(text)) if ("value" in one) expect(one.value).toBe(value);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("gives a unit with what it is by", () => {
    const units = ["5 kg/m³", "5 ‰", "5 m²", "5 km/h"].map((text) => readNumbers(text, "en")[0]);
    expect(units).toMatchObject([{ unit: "kg/m³" }, { unit: "‰" }, { unit: "m²" }, { unit: "km/h" }]);
  });

  it("gives units and places", () => {
    expect(readNumbers("It costs €1.5m for 6.2 km.", "en")).toEqual([
      { value: 1.5e6, unit: "€", scale: 1e6, place: 1e5, start: 10, end: 14 },
      { value: 6.2, unit: "km", scale: 1, place: 0.1, start: 19, end: 22 },
    ]);
  });
});

describe("numberLocale", () => {
  it.each([
    ["9,000 people and 1.5 km", "en"],
    ["9.000 people and 1,5 km", "de"],
    ["9,000 people", "en"],
    ["9.000 people", ""],
    ["none", ""],
  ])("%s is %j", (text, expected) => {
    expect(numberLocale(text)).toBe(expected);
  });
});
