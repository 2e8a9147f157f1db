import { ArmadaError as Own } from "@armada/contracts";
import { expect, test } from "vitest";
import { ArmadaError, Refusal } from "./contracts.ts";

test("a team's errors have codes of its own, the product's those of the registry", () => {
  class Closed extends ArmadaError {}
  const thrown = [new ArmadaError("SHOP_CLOSED", "come again"), new Closed("SHOP_CLOSED", "come again"), new Refusal("SENT_BEFORE", "no")];
  expect(thrown.map((error) => [error instanceof Own, error.code])).toEqual([
    [true, "SHOP_CLOSED"],
    [true, "SHOP_CLOSED"],
    [true, "SENT_BEFORE"],
  ]);
  expect(new Own("NO_MESH", "no mesh runs here")).toMatchObject({ name: "ArmadaError", code: "NO_MESH", retryable: false });
  // @ts-expect-error: it is in no group of libs/contracts/src/errors
  expect(new Own("SHOP_CLOSED", "come again").code).toBe("SHOP_CLOSED");
});
