import { loadTagger } from "@armada/text";
import { expect, it } from "vitest";
import { candidatesOf } from "./candidates.ts";
import { inReadingOrder } from "./reading-order.ts";

const text =
  "In the old locks a wide ship has sixty centimetres of water on each side. The locks were widened in 2016 for larger ships. A lock is a basin with gates at both ends.";

it("what a section's subject is comes first", async () => {
  const candidates = candidatesOf([{ name: "locks.md", text }], await loadTagger());
  expect(candidates).toHaveLength(3);
  expect(inReadingOrder(candidates, (one) => one, new Map(), "lock")[0]?.text).toBe("A lock is a basin with gates at both ends.");
});
