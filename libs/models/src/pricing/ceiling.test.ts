import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, ceilingOf, tokensOf } from "./ceiling.ts";
import { costMicros, listPrices } from "./prices.ts";

test("a call never costs more than its ceiling, in money and in tokens", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...listPrices),
      fc.constantFrom("live", "batch"),
      fc.constantFrom("none", "5m", "1h"),
      fc.nat({ max: 400_000 }),
      fc.nat({ max: 128_000 }),
      fc.tuple(fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 })),
      (price, lane, writes, bodyBytes, maxTokens, [plain, read, written, made]) => {
        const ceiling = ceilingOf(price, { bodyBytes, maxTokens, writes, lane });
        // The prompt in shares: at most as many tokens as bytes, cached only where the request says so.
        const cached = writes === "none" ? 0 : written;
        const share = (part: number): number => Math.floor((bodyBytes * part) / Math.max(1, plain + read + cached));
        const usage = {
          inputTokens: share(plain),
          cacheReadTokens: share(read),
          cacheWriteTokens: share(cached),
          cacheWrite1hTokens: writes === "1h" ? share(cached) : 0,
          outputTokens: Math.floor((maxTokens * made) / 1_000),
        };
        expect(costMicros(price, usage, lane)).toBeLessThanOrEqual(ceiling.micros);
        expect(tokensOf(usage)).toBeLessThanOrEqual(ceiling.tokens);
      },
    ),
  );
});

test("a body has at least the bytes of its texts, whatever is in them", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(bytesOf({ text })).toBeGreaterThanOrEqual(Buffer.byteLength(text));
    }),
  );
});
