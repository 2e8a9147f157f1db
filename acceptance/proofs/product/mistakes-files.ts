/** A team file that is wrong: who must say so, and what the sentence must name. */
export type Mistake = { readonly name: string; readonly says: RegExp; readonly code?: string; readonly team: string };

const HEAD = `import { agent, every, fold, on, readModel, team, tool, workflow } from "@armada/agents";
import { capability, event, external } from "@armada/contracts";
import { z } from "zod";

export const Id = z.object({ id: z.string() });
export const Paid = external("com.example.order.paid", { id: (d) => d.id, data: Id });
export const Sent = event("wrong.parcel.sent", { version: 1, id: (d) => d.id, data: Id });
export const Theirs = event("other.parcel.sent", { version: 1, id: (d) => d.id, data: Id });
export const send = capability("wrong.send", { input: Id, output: Id });
export const check = capability("other.check", { input: Id, output: Id });
export const post = tool({ input: z.object({ id: z.string(), copies: z.number() }), output: Id, effect: "write", run: ({ id }) => ({ id }) });
export const parcels = readModel({ name: "parcels", version: 1, initial: (): readonly string[] => [], folds: [fold(Sent, (ids: readonly string[], { data }) => [...ids, data.id])] });
export const packer = agent({ name: "packer", does: "packs", tier: "worker", input: Id, output: Id, run: ({ input }) => input });
export const pack = workflow({ name: "pack", version: 1, input: Id, output: Id, run: (input, ctx) => ctx.ask(packer, input) });
export const rest = [agent, every, fold, on, readModel, team, tool, workflow, Paid, Theirs, send, check, post, parcels];
`;
const WHOLE = `agents: [packer], workflows: [pack], emits: [Sent], awaits: [Paid]`;
const type = (name: string, says: RegExp, line: string): Mistake => ({ name, says, team: `${HEAD}${line}\n` });
const start = (name: string, code: string, says: RegExp, lines: string): Mistake => ({ name, code, says, team: `${HEAD}${lines}\n` });
const agentWith = (rest: string): string =>
  `export default agent({ name: "a", does: "acts", tier: "worker", input: Id, output: Id, ${rest} });`;
const flowWith = (body: string): string =>
  `export default workflow({ name: "w", version: 1, input: Id, output: Id, run: async (input, ctx) => { ${body} return input; } });`;

/** The type checker says these, in the line where they stand. */
export const inTypes: readonly Mistake[] = [
  type("a tool's name is misspelt", /psot/u, agentWith("tools: { post }, run: ({ input, tools }) => tools.psot({ ...input, copies: 1 })")),
  type("a tool gets what it does not take", /copies/u, agentWith("tools: { post }, run: ({ input, tools }) => tools.post(input)")),
  type(
    "a read model is used that the agent does not declare",
    /parcels/u,
    agentWith("run: ({ context }) => ({ id: String(context.parcels) })"),
  ),
  type(
    "an agent stands in workflows",
    /"agent"' is not assignable to type '"workflow"/u,
    `export default team({ name: "wrong", workflows: [packer] });`,
  ),
  type(
    "a workflow stands in agents",
    /"workflow"' is not assignable to type '"agent"/u,
    `export default team({ name: "wrong", agents: [pack] });`,
  ),
  type(
    "a capability stands in emits",
    /"capability"' is not assignable to type '"event"/u,
    `export default team({ name: "wrong", emits: [send] });`,
  ),
  type("an agent is asked with another input", /id/u, flowWith("await ctx.ask(packer, { parcel: input.id });")),
  type("an event is emitted with other data", /id/u, flowWith("await ctx.emit(Sent, { parcel: input.id });")),
  type("an approval does not say what a refusal does", /otherwise/u, flowWith(`await ctx.approval("send it?", { within: "1h" });`)),
  type("a wait has no id", /id/u, flowWith(`await ctx.waitFor(Paid, { within: "1h" });`)),
  type(
    "a subscription's input does not fit its workflow",
    /parcel/u,
    `export default on(Paid).start(pack, ({ data }) => ({ parcel: data.id }));`,
  ),
  type("a schedule's input does not fit its workflow", /parcel/u, `export default every("0 9 * * *").start(pack, { parcel: "p1" });`),
  type("a schedule has a policy that there is not", /never/u, `export default every("0 9 * * *", { missed: "never" });`),
  type("a length of time has no unit", /Duration|template|assignable/u, flowWith(`await ctx.sleep("30");`)),
];

/** \`up\` says these before it starts anything. */
export const atStart: readonly Mistake[] = [
  start(
    "an agent is asked and not listed",
    "NOT_LISTED",
    /agent packer .*agents/su,
    `export default team({ name: "wrong", workflows: [pack], emits: [Sent], awaits: [Paid] });`,
  ),
  start(
    "an event is emitted and not listed",
    "NOT_LISTED",
    /wrong\.parcel\.sent .*emits/su,
    `export default team({ name: "wrong", agents: [packer], workflows: [pack], awaits: [Paid] });`,
  ),
  start(
    "an event is awaited and not listed",
    "NOT_LISTED",
    /com\.example\.order\.paid .*awaits/su,
    `export default team({ name: "wrong", agents: [packer], workflows: [pack], emits: [Sent] });`,
  ),
  start(
    "a capability's workflow is not listed",
    "NOT_LISTED",
    /wrong\.send .*workflows/su,
    `export default team({ name: "wrong", agents: [packer], provides: [send.by(pack)], emits: [Sent], awaits: [Paid] });`,
  ),
  start(
    "a subscription's workflow is not listed",
    "NOT_LISTED",
    /pack .*workflows/su,
    `export default team({ name: "wrong", agents: [packer], subscriptions: [on(Paid).start(pack, ({ data }) => data)], emits: [Sent] });`,
  ),
  start(
    "a context's read model is not listed",
    "NOT_LISTED",
    /parcels .*readModels/su,
    `export default team({ name: "wrong", agents: [{ ...packer, context: [parcels] }], workflows: [pack], emits: [Sent], awaits: [Paid] } as Parameters<typeof team>[0]);`,
  ),
  start(
    "an import is not there",
    "WRONG_KIND",
    /agents\[0\] is undefined/u,
    `const missing = (z as unknown as { nothing: typeof packer }).nothing;\nexport default team({ name: "wrong", agents: [missing], workflows: [pack] });`,
  ),
  start(
    "an agent stands in workflows, behind a cast",
    "WRONG_KIND",
    /workflows\[0\] is the agent packer/u,
    `export default team({ name: "wrong", workflows: [packer as never] });`,
  ),
  start(
    "two agents have one name",
    "DUPLICATE_NAME",
    /packer twice/u,
    `export default team({ name: "wrong", ${WHOLE.replace("[packer]", "[packer, { ...packer }]")} });`,
  ),
  start(
    "one subscription stands twice",
    "DUPLICATE_NAME",
    /order\.paid.*twice/u,
    `const sub = on(Paid).start(pack, ({ data }) => data);\nexport default team({ name: "wrong", ${WHOLE}, subscriptions: [sub, sub] });`,
  ),
  start(
    "another team's event is emitted",
    "FOREIGN_EVENT",
    /other\.parcel\.sent/u,
    `export default team({ name: "wrong", ${WHOLE.replace("[Sent]", "[Sent, Theirs]")} });`,
  ),
  start(
    "another team's capability is provided",
    "FOREIGN_CAPABILITY",
    /other\.check/u,
    `export default team({ name: "wrong", ${WHOLE}, provides: [check.by(pack)] });`,
  ),
  start(
    "a schedule's expression is none",
    "BAD_SCHEDULE",
    /schedule "pack".*"0 9 \* \*" has 4 fields.*minute, hour/su,
    `export default team({ name: "wrong", ${WHOLE}, schedules: [every("0 9 * *").start(pack, { id: "p1" })] });`,
  ),
  start(
    "a schedule's zone is none",
    "BAD_SCHEDULE",
    /schedule "pack".*"Europe\/Berln" is no time zone.*IANA/su,
    `export default team({ name: "wrong", ${WHOLE}, schedules: [every("0 9 * * *", { zone: "Europe/Berln" }).start(pack, { id: "p1" })] });`,
  ),
  start(
    "a schedule's input does not fit, behind a cast",
    "INPUT_INVALID",
    /schedule "pack".*does not fit: id/su,
    `export default team({ name: "wrong", ${WHOLE}, schedules: [every("0 9 * * *").start(pack, ({ planned }) => ({ parcel: planned }) as never)] });`,
  ),
  start(
    "a schedule's workflow is not listed",
    "NOT_LISTED",
    /pack .*workflows/su,
    `export default team({ name: "wrong", agents: [packer], emits: [Sent], awaits: [Paid], schedules: [every("0 9 * * *").start(pack, { id: "p1" })] });`,
  ),
  start("a name is none", "BAD_NAME", /Wrong Team/u, `export default team({ name: "Wrong Team", ${WHOLE} });`),
  start(
    "a limit is none",
    "BAD_LIMITS",
    /attempts is 0/u,
    `agent({ name: "b", does: "b", tier: "worker", input: Id, output: Id, limits: { attempts: 0 }, run: ({ input }) => input });\nexport default team({ name: "wrong", ${WHOLE} });`,
  ),
  start("there is no team in the file", "BAD_TEAM", /services\/wrong\/src\/team\.ts/u, `export default packer;`),
  start(
    "the file imports what is not there",
    "BAD_TEAM",
    /services\/wrong.*nowhere/su,
    `import "./nowhere.ts";\nexport default team({ name: "wrong", ${WHOLE} });`,
  ),
  start(
    "the file throws",
    "BAD_TEAM",
    /services\/wrong.*out of order/su,
    `export default team({ name: (() => { throw new Error("out of order"); })() });`,
  ),
];
