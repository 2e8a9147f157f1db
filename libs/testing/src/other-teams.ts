import type { Team } from "@armada/agents";
import {
  ArmadaError,
  asToken,
  buildEnvelope,
  buildSubject,
  causedBy,
  chainOf,
  type Envelope,
  encodeBody,
  parseSubject,
  Refusal,
} from "@armada/contracts";
import { fitted } from "@armada/engine/journal/fitting";
import { nextAnswer, type Scripted } from "@armada/engine/testing";
import type { MemoryMesh, Message } from "@armada/event-sourcing";

/** What other teams answer, by `<team>.<capability>`; a function that throws a `Refusal` refuses. */
export type Answers = Readonly<Record<string, Scripted<unknown>>>;

/** Other teams by a table: `answers({ "risk.check_fraud": { suspicious: false } })`. What is not in it stays unanswered until its time is over. */
export function answers(table: Answers): Answers {
  for (const name of Object.keys(table))
    if (name.split(".").length !== 2)
      throw new ArmadaError("BAD_CAPABILITY", `${JSON.stringify(name)} is no capability of a team`, { hint: "write <team>.<capability>" });
  return table;
}

/**
 * Lets the table answer what `team` asks on the mesh. `failed` hears of an answer that could not be made.
 * @throws ArmadaError `CAPABILITY_UNKNOWN` for one that the team does not list in `asks`
 */
export function answerAsks(mesh: MemoryMesh, team: Team, table: Answers, now: () => number, failed: (error: unknown) => void): void {
  const listed = team.asks.map(({ name }) => name);
  for (const name of Object.keys(table))
    if (!listed.includes(name))
      throw new ArmadaError(
        "CAPABILITY_UNKNOWN",
        `answers(…) has ${name}, which team ${team.name} does not ask; it asks ${listed.join(", ") || "no other team"}`,
      );
  const asked = new Map<string, number>();
  for (const other of new Set(team.asks.map((one) => one.team)))
    mesh.stream(other).listen((message) => {
      const subject = parseSubject(message.subject);
      if (subject?.kind !== "ask" || subject.from !== team.name) return;
      const name = `${other}.${subject.capability}`;
      if (!Object.hasOwn(table, name)) return;
      const input = inputOf(message);
      reply(name, input).then((data) => {
        const [, run = "", n = "0"] = /^(.*)-(\d+)$/.exec(subject.id) ?? [];
        const to = buildSubject({ kind: "answer", to: team.name, from: other, run: asToken(run), n: Number(n) });
        mesh.stream(team.name).append(to, encodeBody([answered(message, other, subject.id, data)]), now());
      }, failed);
    });

  async function reply(name: string, input: unknown): Promise<unknown> {
    const declared = team.asks.find((one) => one.name === name);
    try {
      const output = await nextAnswer(table, name, asked, input);
      return {
        output: declared === undefined ? output : fitted(declared.output, output, "OUTPUT_INVALID", `what answers(…) has for ${name}`),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message, hint, details } = error;
      return { failure: { code, message, ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) } };
    }
  }

  function answered({ envelopes: [ask] }: Message, from: string, id: string, data: unknown): Envelope {
    const about = { id: `${id}.answer`, type: "armada.answered", subject: id, time: new Date(now()).toISOString(), data, team: from };
    return buildEnvelope(about, ask === undefined ? chainOf(id) : causedBy(ask));
  }
}

function inputOf({ envelopes: [ask] }: Message): unknown {
  const data = ask?.data;
  return typeof data === "object" && data !== null && "input" in data ? data.input : undefined;
}
