import { type ExternalKind, external } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { declaredTypes, joinTypes, nearest } from "./declared-types.ts";

const of = (where: string, kind: unknown): { where: string; kind: ExternalKind } => ({ where, kind: kind as ExternalKind });
const data = z.object({ ticket: z.string() });
const Opened = external("com.example.ticket.opened", { id: (d) => d.ticket, data });

test("the teams' contracts are read", async () => {
  expect([...(await declaredTypes()).keys()]).toContain("com.example.article.requested");
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
