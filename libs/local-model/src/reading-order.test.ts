import { loadTagger } from "@armada/text";
import { expect, it } from "vitest";
import { candidatesOf } from "./candidates.ts";
import { inReadingOrder, yearOf } from "./reading-order.ts";

const text =
  "In the old locks a wide ship has sixty centimetres of water on each side. The locks were widened in 2016 for larger ships. A lock is a basin with gates at both ends.";

it("what a section's subject is comes first", async () => {
  const candidates = candidatesOf([{ name: "locks.md", text }], await loadTagger());
  expect(candidates).toHaveLength(3);
  expect(inReadingOrder(candidates, (one) => one, new Map(), "lock")[0]?.text).toBe("A lock is a basin with gates at both ends.");
});

it("years ascend, however much their sentences have in common", async () => {
  const years = [
    "The lighthouse at Orran got its second lamp of petrol and glass in 1931.",
    "The lighthouse at Orran was raised by a second storey of granite in 1874.",
    "The lighthouse at Orran got its third lamp of petrol and glass in 1906.",
    "The lighthouse at Orran was raised by a third storey of granite in 1950.",
    "The lighthouse at Orran lost its lamp of petrol and glass in 1899.",
  ].join(" ");
  const candidates = candidatesOf(
    [{ name: "light.md", text: `The lighthouse at Orran is a tower of granite. ${years}` }],
    await loadTagger(),
  );
  const told = inReadingOrder(candidates, (one) => one, new Map(), "lighthous").flatMap((one) => yearOf(one) ?? []);
  expect(told).toEqual([1874, 1899, 1906, 1931, 1950]);
});
