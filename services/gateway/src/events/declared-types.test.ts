import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExternalKind, external } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { declaredTypes, joinTypes, nearest } from "./declared-types.ts";

const of = (where: string, kind: unknown): { where: string; kind: ExternalKind } => ({ where, kind: kind as ExternalKind });
const data = z.object({ ticket: z.string() });
const Opened = external("com.example.ticket.opened", { id: (d) => d.ticket, data });

test("the teams' contracts are read", async () => {
  expect([...(await declaredTypes()).types.keys()]).toContain("com.example.article.requested");
});

test("two that agree are one type", () => {
  const again = external("com.example.ticket.opened", { id: (d) => d.ticket, data: z.object({ ticket: z.string() }) });
  expect([...joinTypes([of("a", Opened), of("b", again)]).keys()]).toEqual(["com.example.ticket.opened"]);
});

test("two that disagree name both teams", () => {
  const other = external("com.example.ticket.opened", { data: z.object({ ticket: z.number() }) });
  expect(() => joinTypes([of("support", Opened), of("sales", other)])).toThrow(
    "support and sales declare com.example.ticket.opened differently",
  );
});

test("two types may not share a subject", () => {
  const other = external("com.example_ticket.opened", { data });
  expect(() => joinTypes([of("a", Opened), of("b", other)])).toThrow("would share the subject evt.gateway.com_example_ticket.opened");
});

test("the nearest known types come first", () => {
  const types = joinTypes([Opened, external("com.example.order.placed", { data })].map((kind) => of("a", kind)));
  expect(nearest(types, "com.exampel.ticket.open")).toEqual(["com.example.ticket.opened", "com.example.order.placed"]);
});

test("a contract that cannot be loaded, or that disagrees, is left out and named; the others are served", async () => {
  const folder = mkdtempSync(join(tmpdir(), "contracts-"));
  const contract = (team: string, text: string): void => {
    mkdirSync(join(folder, team, "src"), { recursive: true });
    writeFileSync(join(folder, team, "src/team.ts"), "");
    writeFileSync(join(folder, team, "src/contract.ts"), text);
  };
  const kind = (type: string, entity: string): string =>
    `export const kind = { kind: "external", type: "${type}", entity: "${entity}", event: "made", version: 1, id: () => "", data: {} };`;
  try {
    contract("broken", 'import "./not-there.ts";');
    contract("first", kind("com.one.made", "com_one"));
    contract("other", kind("com_one.made", "com_one"));
    contract("third", kind("com.three.made", "com_three"));
    const { types, broken } = await declaredTypes(folder);
    expect([...types.keys()]).toEqual(["com.one.made", "com.three.made"]);
    expect(broken.map(({ team, error, types }) => [team, error.code, types])).toEqual([
      ["broken", "BAD_CONTRACT", undefined],
      ["other", "EXTERNAL_CLASH", ["com_one.made"]],
    ]);
    expect(broken[0]?.error.message).toMatch(/^the contract of broken cannot be loaded: .*not-there/u);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
