/** What a cluster does to its clients, as chances in [0, 1] and lengths in milliseconds. */
export type Hostility = {
  /** Each operation takes up to this long, before and after its effect. */
  readonly latencyMs: number;
  /** A load looks at an older state (and is then repeated, as the fence demands). */
  readonly stale: number;
  /** An append is stored and its answer lost. */
  readonly lostAnswer: number;
  /** An append is neither stored nor answered. */
  readonly refused: number;
  /** A conflict comes without the number (error 10164). */
  readonly numberless: number;
  /** A conflict, without a number, with a rival's write that is in flight and never stored; of a timer as well. */
  readonly rival: number;
  /** An acknowledgement is forgotten: the message comes again. */
  readonly forgottenAck: number;
  /** The signs of life of a message that is being handled are lost: it comes again meanwhile, after up to an ack wait. */
  readonly lostSigns: number;
  /** What a replica says to the others of its team is lost. */
  readonly unheard: number;
  readonly tickLateMs: number;
  readonly sourceLagMs: number;
};

/** A log that answers at once, and truly. */
export const CALM: Hostility = {
  latencyMs: 0,
  stale: 0,
  lostAnswer: 0,
  refused: 0,
  numberless: 0,
  rival: 0,
  forgottenAck: 0,
  lostSigns: 0,
  unheard: 0,
  tickLateMs: 0,
  sourceLagMs: 0,
};

/** Worse than a cluster that loses servers: what the simulator runs on. */
export const HOSTILE: Hostility = {
  latencyMs: 4,
  stale: 0.1,
  lostAnswer: 0.03,
  refused: 0.02,
  numberless: 0.5,
  rival: 0.02,
  forgottenAck: 0.05,
  lostSigns: 0,
  unheard: 0.1,
  tickLateMs: 300,
  sourceLagMs: 200,
};

/** How often each came to pass. */
export type Mischief = {
  conflicts: number;
  staleLoads: number;
  lostAnswers: number;
  refusals: number;
  rivals: number;
  forgottenAcks: number;
  lostSigns: number;
  unheard: number;
  lateTicks: number;
  redeliveries: number;
};

export function noMischief(): Mischief {
  return {
    conflicts: 0,
    staleLoads: 0,
    lostAnswers: 0,
    refusals: 0,
    rivals: 0,
    forgottenAcks: 0,
    lostSigns: 0,
    unheard: 0,
    lateTicks: 0,
    redeliveries: 0,
  };
}
