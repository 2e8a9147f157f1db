import { expect, test } from "vitest";
import { ledgerCall } from "../../testing/ledger-calls.ts";
import { byCall } from "./by-call.ts";
import type { ProviderCall } from "./provider-account.ts";

const billed = (micros: number, tokens: number, open = false): ProviderCall => ({ micros, tokens, open });
const OLD = (): number => 60_000;

test("what the provider billed is settled; what it never got, or got and did not bill, is released", () => {
  const [paid, lost, refused] = [ledgerCall("paid"), ledgerCall("lost"), ledgerCall("refused")];
  const account = new Map([
    ["paid", billed(7, 70)],
    ["refused", billed(0, 0)],
  ]);
  const verdicts = byCall([paid, lost, refused], [], account, OLD);
  expect(verdicts.get(paid)).toMatchObject({ became: "settled", micros: 7, tokens: 70 });
  expect(verdicts.get(lost)).toMatchObject({ became: "released", why: "the provider never got it" });
  expect(verdicts.get(refused)).toMatchObject({ became: "released", why: "the provider billed nothing for it" });
});

test("a call that costs nothing where tokens are counted is settled in tokens", () => {
  const free = ledgerCall("free");
  expect(byCall([free], [], new Map([["free", billed(0, 70)]]), OLD).get(free)).toMatchObject({
    became: "settled",
    micros: 0,
    tokens: 70,
  });
});

test("what is not over stays: the provider works on it, or it may be on its way", () => {
  const [working, young] = [ledgerCall("working"), ledgerCall("young")];
  const verdicts = byCall([working, young], [], new Map([["working", billed(0, 0, true)]]), ({ call }) =>
    call === "young" ? 1_000 : 60_000,
  );
  expect([...verdicts.values()].map(({ became }) => became)).toEqual(["suspect", "suspect"]);
});

test("parts of one call share its bill to the last micro-dollar, beside what is settled of it", () => {
  const parts = ["c", "c~1", "c~2", "c~3"].map((call) => ledgerCall(call));
  const bills = (suspects: typeof parts, settled: typeof parts): number[] =>
    [...byCall(suspects, settled, new Map([["c", billed(103, 1_001)]]), OLD).values()].map((one) =>
      one.became === "settled" ? one.micros : 0,
    );
  expect(bills(parts, [])).toEqual([26, 26, 26, 25]);
  const first = ledgerCall("c", { micros: 26, tokens: 251 });
  expect(bills(parts.slice(1), [first])).toEqual([26, 26, 25]);
});
