import { ArmadaError, buildEnvelope, buildSubject, chainOf, type Envelope, encodeBody } from "@armada/contracts";
import { appendSole, type Clock, type Log, type Logger, type Random } from "@armada/event-sourcing";
import { z } from "zod";
import { Drawn } from "../team-ledger/events.ts";

const Recorded = Drawn.extend({ seq: z.number().int().min(0) });
/** A call on record. `seq`: a sequence of the team's stream that the ledger's message about what became of it stands behind. */
export type Recorded = z.infer<typeof Recorded>;
const Calls = z.object({ calls: z.array(Recorded) });
/** Calls in one message: about 250 bytes each, below what moves to the object store. */
const TOGETHER = 200;
const WHAT = "the record of calls to be made";

/** Where the draws on a block stand, in order, in the team's stream of draws: `draw.<team>.<block>.<n>`. */
export function drawsFilter(team: string, block: string): string {
  return `draw.${team}.${block}.*`;
}

/** The calls that a message of the draw log tells of. @throws ZodError */
export function drawsIn(envelopes: readonly Envelope[]): readonly Recorded[] {
  return envelopes.flatMap(({ data }) => Calls.parse(data).calls);
}

export type DrawPorts = { readonly draws: Pick<Log, "append">; readonly clock: Clock; readonly random: Random; readonly logger: Logger };
type Waiting = { readonly block: string; readonly drawn: Recorded; resolve(): void; reject(error: unknown): void };

/**
 * A replica's record of the calls that it is about to make, on its blocks: those that come while a message is on its way
 * leave together in the next. A journal message for each call instead added 10 ms to a call among 64 where each write is
 * on disk at once, and 2.5 ms where it is within 100 ms (bench row `overhead`); two messages on their way were slower than
 * one, and so was the stream of the journals, where a draw waits for the outcomes of its own burst.
 */
export class DrawLog {
  readonly #team: string;
  readonly #ports: DrawPorts;
  readonly #signal: AbortSignal;
  #waiting: Waiting[] = [];
  #writing = false;
  /** Only this replica writes on its blocks, so the number of a block's last message is known; a replica has few blocks a day. */
  readonly #written = new Map<string, number>();

  constructor(team: string, ports: DrawPorts, signal: AbortSignal) {
    this.#team = team;
    this.#ports = ports;
    this.#signal = signal;
  }

  /** Resolves when it is durable that the call may be billed. Rejects with the signal's reason, ArmadaError `LOG_REFUSED`. */
  record(block: string, drawn: Recorded): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ block, drawn, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { block } = first;
      const group = this.#waiting.filter((one) => one.block === block).slice(0, TOGETHER);
      this.#waiting = this.#waiting.filter((one) => !group.includes(one));
      try {
        await this.#append(
          block,
          group.map(({ drawn }) => drawn),
        );
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = false;
  }

  async #append(block: string, calls: readonly Recorded[]): Promise<void> {
    const { draws, ...ports } = this.#ports;
    const n = (this.#written.get(block) ?? 0) + 1;
    this.#written.set(block, n);
    const id = `draw-${block}-${n}`;
    const subject = buildSubject({ kind: "draw", team: this.#team, block, n });
    const time = new Date(ports.clock.now()).toISOString();
    const about = { id, type: "armada.calls.drawn", subject: block, time, data: { calls }, team: this.#team };
    const body = encodeBody([buildEnvelope(about, { ...chainOf(id), correlation: `draw-${block}` })]);
    // Nobody else writes on this block, so what stands there is our own message, whose answer was lost.
    const settled = await appendSole({ ...ports, log: draws }, { subject, body }, { signal: this.#signal, what: WHAT });
    if (settled.kind !== "stored") throw new ArmadaError("LOG_REFUSED", `${subject} is never stored: ${settled.kind}`);
  }
}
