import { expect, test } from "vitest";
import { judged } from "./audit.ts";
import { unlooked } from "./install-scripts.ts";
import { isAllowed, refusedLicences } from "./licences.ts";
import { lockedIn } from "./packages.ts";

test.each([
  ["MIT", true],
  ["GPL-3.0-only", false],
  ["(GPL-3.0-only OR MIT)", true],
  ["MIT AND GPL-3.0-only", false],
  ["(MIT AND Zlib) OR ISC", true],
  ["MIT OR", false],
  ["(MIT", false],
  ["SEE LICENSE IN LICENSE", false],
  ["", false],
])("%s is allowed: %s", (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

const lock = {
  packages: {
    "": {},
    "libs/own": {},
    "node_modules/@armada/own": { link: true },
    "node_modules/a": { license: "MIT" },
    "node_modules/a/node_modules/@s/b": { license: "AGPL-3.0", hasInstallScript: true },
    "node_modules/c": {},
    "node_modules/d": {},
  },
};

test("a package of another licence, or of none, is told, and one with an install script", () => {
  const packages = lockedIn(lock, (path) => (path === "node_modules/d" ? "ISC" : undefined));
  expect(packages.map(({ name }) => name)).toEqual(["a", "@s/b", "c", "d"]);
  expect(refusedLicences(packages)).toEqual([
    "node_modules/a/node_modules/@s/b: its licence is AGPL-3.0",
    "node_modules/c: its licence is not said",
  ]);
  expect(unlooked(packages)).toEqual(["node_modules/a/node_modules/@s/b"]);
});

test("a high finding is told, a lower one counted, and a registry that does not answer is no finding", () => {
  const report = (severity: string): string =>
    JSON.stringify({ vulnerabilities: { p: { severity, range: "<2", via: [{ title: "it can be taken over" }, "q"] } } });
  expect(judged(report("high"))).toEqual({ kind: "found", lines: ["p <2: high; it can be taken over, through q"] });
  expect(judged(report("critical")).kind).toBe("found");
  expect(judged(report("moderate"))).toEqual({ kind: "clean", lower: 1 });
  expect(judged('{"vulnerabilities":{}}')).toEqual({ kind: "clean", lower: 0 });
  expect(judged('{"message":"405 Method Not Allowed - POST https://r.example/x"}')).toEqual({
    kind: "unknown",
    why: "405 Method Not Allowed - POST the registry",
  });
  expect(judged("").kind).toBe("unknown");
  expect(judged("npm error code ENOTFOUND")).toEqual({ kind: "unknown", why: "npm error code ENOTFOUND" });
});
