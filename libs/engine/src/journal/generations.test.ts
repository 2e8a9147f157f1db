import { expect, test } from "vitest";
import { newestGeneration, nextRun } from "./generations.ts";

test("a run goes on under the next number", () => {
  expect(nextRun("watch")).toBe("watch~2");
  expect(nextRun("watch~2")).toBe("watch~3");
});

test("the newest generation is found from any other, with few looks", async () => {
  for (const last of [1, 2, 3, 4, 5, 7, 8, 9, 100, 47_764]) {
    for (const from of [1, 2, 3, last].filter((k) => k <= last)) {
      let looks = 0;
      const begun = async (run: string): Promise<boolean> => {
        looks++;
        return Number(run.split("~")[1]) <= last;
      };
      const id = (k: number): string => (k === 1 ? "watch" : `watch~${k}`);
      expect(await newestGeneration(id(from), begun)).toBe(id(last));
      expect(looks).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(last + 1)) + 2);
    }
  }
});
