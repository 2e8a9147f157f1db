import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorCodes } from "../../libs/contracts/src/index.ts";
import { clientCodes } from "../../libs/emit/src/client-codes.ts";
import { KINDS } from "../../services/gateway/src/problem.ts";

const root = new URL("../../", import.meta.url);
const registry = Object.values(errorCodes).flatMap((codes) => Object.keys(codes));

/** What the product is made of: no tests, no programs that the simulator draws, and not the registry itself. */
function sources(folders: readonly string[], ending = ".ts"): readonly { readonly path: string; readonly text: string }[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...folders], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path.endsWith(ending) && existsSync(new URL(path, root)))
    .filter((path) => !/\.test\.ts$|\/testing\/src\/(?:sim|programs)\/|\/contracts\/src\/errors\//u.test(path))
    .map((path) => ({ path, text: said(readFileSync(new URL(path, root), "utf8")) }));
}

/** Without comments, whose examples are an author's, and without the lists that tell exit codes by errors' codes. */
function said(text: string): string {
  return text.replaceAll(/^\s*(?:\*|\/\*\*|\/\/).*$/gmu, "").replaceAll(/new Set<ErrorCode>\(\[[^\]]*\]\)/gu, "");
}

/** The codes that a source gives an error, a failure or a trouble as it stands there. */
function given(text: string): readonly string[] {
  const found = text.matchAll(
    /(?:new \w*(?:Error|Refusal|Terminal|Abandoned)\(|super\(|\bcode: |\bcode = |\?\? |\brefused\(|\bknown\()\s*"([A-Z]{4,}|[A-Z]+(?:_[A-Z]+)+)"/gu,
  );
  return [...found].map(([, code = ""]) => code);
}

const product = sources(["libs", "services"]);

test("a code is in one group of the registry alone, and both sentences are ones", () => {
  expect(registry.filter((code, at) => registry.indexOf(code) !== at)).toEqual([]);
  const said = Object.values(errorCodes).flatMap((codes) => Object.values<{ is: string; next?: string }>(codes));
  expect(said.flatMap(({ is, next = "" }) => [is, next]).filter((text) => /[.!]$|\n|^$/u.test(text))).toEqual([]);
});

test("each code that the product gives is in the registry", () => {
  const unknown = product.flatMap(({ path, text }) => given(text).flatMap((code) => (registry.includes(code) ? [] : [`${path}: ${code}`])));
  expect(unknown).toEqual([]);
  expect(product.flatMap(({ text }) => given(text)).length).toBeGreaterThan(250);
});

test("each code of the registry is given by something", () => {
  expect(registry.filter((code) => !product.some(({ text }) => new RegExp(`"${code}["\`]|: ${code}["\`]`, "u").test(text)))).toEqual([]);
});

test("each problem of the gateway is answered by something", () => {
  const gateway = sources(["services/gateway"]).filter(({ path }) => !path.endsWith("/problem.ts"));
  expect(Object.keys(KINDS).filter((kind) => !gateway.some(({ text }) => text.includes(`"${kind}"`)))).toEqual([]);
});

test("the clients give the codes that are listed, and no others", () => {
  const thrown = (folder: string, ending: string): readonly string[] => {
    const texts = sources([folder], ending).map(({ text }) => text);
    return [...new Set(texts.flatMap((text) => [...text.matchAll(/EmitError\(\s*"([a-z-]+)"/gu)].map(([, code = ""]) => code)))].sort();
  };
  const listed = Object.keys(clientCodes).sort();
  expect(thrown("libs/emit/src", ".ts")).toEqual(listed);
  expect(thrown("libs/emit-python/src", ".py")).toEqual(listed.filter((code) => code !== "buffer-full"));
});

test("a code that is on no list is found where it is given", () => {
  expect(given('throw new ArmadaError(\n  "NO_SUCH_THING", "there is none")')).toEqual(["NO_SUCH_THING"]);
  expect(given('return [{ code: "AT_SEA", message }]')).toEqual(["AT_SEA"]);
});
