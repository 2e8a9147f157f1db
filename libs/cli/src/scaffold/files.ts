/** The files of a new team, by path below `services/<name>/`. It answers tickets, as the example of the guide does. */
export function teamFiles(name: string): ReadonlyMap<string, string> {
  return new Map([
    ["src/contract.ts", CONTRACT.replaceAll("NAME", name)],
    ["src/agents/triager.ts", TRIAGER.replaceAll("NAME", name)],
    ["src/agents/replier.ts", REPLIER.replaceAll("NAME", name)],
    ["src/workflows/answer.ts", ANSWER.replaceAll("NAME", name)],
    ["src/read-models/open-tickets.ts", OPEN_TICKETS.replaceAll("NAME", name)],
    ["src/team.ts", TEAM.replaceAll("NAME", name)],
    ["src/team.test.ts", TEST.replaceAll("NAME", name)],
    ["src/main.ts", MAIN],
  ]);
}

/** The `package.json` of a team that is a package of this checkout. */
export function packageFile(name: string): string {
  const about = {
    name: `@armada/${name}`,
    version: "0.1.0",
    private: true,
    type: "module",
    license: "Apache-2.0",
    scripts: {
      check: "biome check . && oxlint --type-aware --config ../../.oxlintrc.json .",
      test: 'vitest run --root ../.. "$PWD/src/"',
    },
    exports: { "./contract": "./src/contract.ts" },
    dependencies: { "armada-mesh": "*", zod: "4.6.7" },
  };
  return `${JSON.stringify(about, undefined, 2)}\n`;
}

const CONTRACT = `import { capability, event, external } from "armada-mesh/contracts";
import { z } from "zod";

export const Ticket = z.object({ ticket: z.string().min(1), text: z.string().min(1) });
export type Ticket = z.infer<typeof Ticket>;
export const Reply = z.object({ ticket: z.string(), reply: z.string() });

/** What this team wants from outside; the gateway takes it at POST /v1/events. */
export const TicketOpened = external("com.example.NAME.opened", { id: (data) => data.ticket, data: Ticket });
/** What others may know of this team. */
export const ReplySent = event("NAME.reply.sent", { version: 1, id: (data) => data.ticket, data: Reply });
/** What others may ask of this team. */
export const answerTicket = capability("NAME.answer_ticket", { input: Ticket, output: Reply });
`;

const TRIAGER = `import { agent } from "armada-mesh";
import { z } from "zod";
import { Ticket } from "../contract.ts";
import { openTickets } from "../read-models/open-tickets.ts";

export const Triage = z.object({ urgency: z.enum(["high", "normal"]) });
type Triage = z.infer<typeof Triage>;

/** Sorts a ticket by urgency; knows what else is open. */
export const triager = agent({
  name: "triager",
  does: "sorts a ticket by urgency",
  tier: "worker",
  input: Ticket,
  output: Triage,
  context: [openTickets],
  run: ({ input }): Triage => ({ urgency: /urgent|down|broken/i.test(input.text) ? "high" : "normal" }),
  fallback: (): Triage => ({ urgency: "normal" }),
});
`;

const REPLIER = `import { agent } from "armada-mesh";
import { z } from "zod";
import { Ticket } from "../contract.ts";
import { Triage } from "./triager.ts";

const Post = z.object({ text: z.string() });

/** Writes the reply, with a model. */
export const replier = agent({
  name: "replier",
  does: "writes a reply to a ticket",
  tier: "specialist",
  input: z.object({ ticket: Ticket, triage: Triage }),
  output: z.object({ reply: z.string() }),
  limits: { timeout: "60s" },
  run: async ({ input, model }) => {
    const { text } = await model.ask({
      task: "write_post",
      prompt: "Say in one sentence, in its own words, what the ticket is about.",
      material: [{ name: "ticket", text: input.ticket.text }],
      params: { channel: "reply", most: 200 },
      schema: Post,
    });
    return { reply: \`We have read: \${text} (\${input.triage.urgency})\` };
  },
});
`;

const ANSWER = `import { workflow } from "armada-mesh";
import { replier } from "../agents/replier.ts";
import { triager } from "../agents/triager.ts";
import { Reply, ReplySent, Ticket } from "../contract.ts";

/** A ticket in, a reply out. */
export const answer = workflow({
  name: "answer",
  version: 1,
  input: Ticket,
  output: Reply,
  async run(ticket, ctx) {
    const triage = await ctx.ask(triager, ticket);
    const { reply } = await ctx.ask(replier, { ticket, triage });
    await ctx.emit(ReplySent, { ticket: ticket.ticket, reply });
    return { ticket: ticket.ticket, reply };
  },
});
`;

const OPEN_TICKETS = `import { fold, readModel } from "armada-mesh";
import { ReplySent, TicketOpened } from "../contract.ts";

type Tickets = Readonly<Record<string, { text: string; status: "open" | "answered" }>>;

/** The tickets this team has heard of, by id. */
export const openTickets = readModel({
  name: "open_tickets",
  version: 1,
  initial: (): Tickets => ({}),
  folds: [
    fold(TicketOpened, (tickets: Tickets, { data }): Tickets => ({ ...tickets, [data.ticket]: { text: data.text, status: "open" } })),
    fold(
      ReplySent,
      (tickets: Tickets, { data }): Tickets => ({
        ...tickets,
        [data.ticket]: { text: tickets[data.ticket]?.text ?? "", status: "answered" },
      }),
    ),
  ],
});
`;

const TEAM = `import { on, team } from "armada-mesh";
import { replier } from "./agents/replier.ts";
import { triager } from "./agents/triager.ts";
import { answerTicket, ReplySent, TicketOpened } from "./contract.ts";
import { openTickets } from "./read-models/open-tickets.ts";
import { answer } from "./workflows/answer.ts";

export default team({
  name: "NAME",
  agents: [triager, replier],
  workflows: [answer],
  readModels: [openTickets],
  provides: [answerTicket.by(answer)],
  subscriptions: [on(TicketOpened).start(answer, (ticket) => ticket.data)],
  emits: [ReplySent],
});
`;

const TEST = `import { script, testTeam } from "armada-mesh/testing";
import { expect, test } from "vitest";
import { ReplySent, TicketOpened } from "./contract.ts";
import NAME from "./team.ts";

test("an opened ticket is triaged, answered and told", async () => {
  await using t = testTeam(NAME, { seed: 1, models: script({ write_post: { text: "The printer is down." } }) });
  await t.given(TicketOpened, { ticket: "t1", text: "The printer is down." });
  await t.idle();
  t.expectAsked(["triager", "replier"]);
  t.expectEvents([[ReplySent, { ticket: "t1", reply: "We have read: The printer is down. (high)" }]]);
  expect(t.state("open_tickets")).toEqual({ t1: { text: "The printer is down.", status: "answered" } });
  await t.expectReplays();
});
`;

const MAIN = `import { serve } from "armada-mesh/serve";
import team from "./team.ts";

await serve(team);
`;
