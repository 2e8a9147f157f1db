import { expect, test } from "vitest";
import { z } from "zod";
import { agent, tool } from "./authoring.ts";

const of = (tools: Parameters<typeof agent>[0]["tools"]) =>
  agent({
    name: "asker",
    does: "asks",
    tier: "worker",
    input: z.unknown(),
    output: z.unknown(),
    cache: { ttl: "1h" },
    ...(tools === undefined ? {} : { tools }),
    run: () => undefined,
  }).calls.cache;

const look = (input: z.ZodType, effect: "read" | "write" = "read") => tool({ input, output: z.string(), effect, run: () => "seen" });

test("what a cached answer depends on tells tools apart by name, schema and effect", () => {
  const base = { look: look(z.object({ at: z.string() })) };
  expect(of(base)).toEqual(of({ look: look(z.object({ at: z.string() })) }));
  for (const other of [
    { peer: base.look },
    { look: look(z.object({ at: z.number() })) },
    { look: look(z.object({ at: z.string() }), "write") },
    undefined,
  ])
    expect(of(other)).not.toEqual(of(base));
});

test("a tool whose schema JSON Schema cannot say does not keep an agent from being built", () => {
  const when = look(z.object({ when: z.date(), text: z.string().transform((text) => text.length) }));
  expect(of({ when })?.tools).toHaveLength(1);
});
