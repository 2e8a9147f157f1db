import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson, unkeptNumber, unkeptValue } from "../index.ts";

describe("numbers", () => {
  test.each(
    [
      ["0", "-0", "1", "1.0", "100", "1e2", "1E+2", "9007199254740991", "9007199254740992", "-9007199254740992"],
      ["0.1", "0.10000000000000001", "0.1000000000000000055511151231257827021181583404541015625", "3.141592653589793"],
      ["1e21", "1e300", "1.7976931348623157e308", "5e-324", "123456789012345.6", "1.50000000000000000000000"],
    ].flat(),
  )("%s is kept", (token) => {
    expect(unkeptNumber(`{"a":[${token}]}`, "data")).toBeUndefined();
  });

  test.each(
    [
      ["1524831183200260097", "9007199254740993", "-9007199254740993", "1152921504606846976", "12345678901234567890"],
      ["3.14159265358979323846", "0.12345678901234567", "123456789.123456789", "1e400", "-1e400", "1e-400", "9007199254740992.5"],
    ].flat(),
  )("%s is not", (token) => {
    expect(unkeptNumber(`{"a":[true,${token}]}`, "data")).toMatchObject({ path: "data.a.1" });
  });

  test("of 64-bit floats, as anybody may write them, none is refused; whole ones in safe range neither", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 17, max: 40 }), (value, digits) => {
        expect(unkeptNumber(JSON.stringify([value]), "")).toBeUndefined();
        if (!Number.isInteger(value)) expect(unkeptNumber(`[${value.toPrecision(digits)}]`, "")).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(unkeptNumber(`[${value}]`, "")).toBeUndefined();
      }),
    );
  });

  test("of other whole numbers each is refused by its place, whatever strings stand around it", () => {
    const beyond = fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 80n }).filter((value) => BigInt(Number(value)) !== value);
    fc.assert(
      fc.property(
        beyond,
        fc.string(),
        fc.string().filter((key) => key !== "__proto__"),
        (value, text, key) => {
          const json = `{"x":${JSON.stringify([text, { y: [1, 2] }])}, ${JSON.stringify(key)} : [ ${JSON.stringify(text)} ,{"n": -${value}}]}`;
          expect(unkeptNumber(json, "")).toMatchObject({ path: `${key}.1.n` });
          expect(() => parseJson(json)).toThrow(expect.objectContaining({ code: "NOT_KEPT" }));
        },
      ),
    );
  });
});

test("what JSON says and the mesh must not hold is named by its path", () => {
  expect(unkeptValue({ a: [{ $object: "x" }] }, "data")).toMatchObject({ path: "data.a.0.$object" });
  expect(unkeptValue(JSON.parse('{"__proto__":1}'), "")).toMatchObject({ path: "__proto__" });
  expect(unkeptValue(JSON.parse(`${"[".repeat(65)}${"]".repeat(65)}`), "data")).toMatchObject({ path: "data" });
  expect(unkeptValue({ a: [1, null, "x", {}] }, "data")).toBeUndefined();
});
