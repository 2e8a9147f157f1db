import type { Appended, Clock, Gossip, Live, Log, Objects, Queue, Registers, Timers } from "../../ports.ts";

/** What a team wants from an adapter before its clients connect. */
export type TeamWants = {
  readonly team: string;
  readonly queues: readonly Queue[];
  readonly sources: ReadonlyMap<string, readonly string[]>;
};

/** The ports as one replica of a team has them. */
export type Client = {
  readonly log: Log;
  readonly timers: Timers;
  readonly objects: Objects;
  readonly registers?: Registers;
  readonly live: Live;
  readonly gossip: Gossip;
  /** Ends it as a crash does: what its handlers decide from now on reaches nobody. */
  kill(): Promise<void>;
};

/** A started mesh. */
export type Fixture = {
  readonly clock: Clock;
  /** Whether time passes by that clock alone, and nothing else that runs on the machine makes anything late. */
  readonly virtual: boolean;
  /** How long a dead worker's messages are kept for it, ms. */
  readonly ackWait: number;
  connect(team: string): Promise<Client>;
  /** The objects of a team for whoever may drop them. */
  archive(team: string): Promise<Objects>;
  /** The live text of a team for whoever may watch it. */
  watcher(team: string): Promise<Live>;
  /** Stores a message as it is, past all that writers check. */
  store(team: string, subject: string, body: string): Promise<Appended>;
  /** Changes the stored bytes of an object. */
  spoil(team: string, digest: string): Promise<void>;
  /** Takes the whole log away without warning and brings it back. */
  restart(): Promise<void>;
  /** Takes a team's stream away, with its consumers, and makes it anew, under what runs. */
  remake(team: string): Promise<void>;
  /** Awaits work, and moves the clock where that does not move by itself. Rejects when the work gets nowhere for `limit` ms. */
  drive<T>(work: Promise<T>, limit: number): Promise<T>;
  stop(): Promise<void>;
};

/** `true`, or the reason why the adapter has it not. */
export type Declared = true | string;

export type Features = {
  /** The log can be taken away and comes back with all that it acknowledged. */
  readonly restart: Declared;
  readonly registers: Declared;
  /** What a team is given are copies, and it reads no other's objects for it. */
  readonly copies: Declared;
  /** Without a failure nothing is delivered twice. */
  readonly calm: Declared;
};

export type Adapter = {
  readonly name: string;
  readonly features: Features;
  start(wants: readonly TeamWants[]): Promise<Fixture>;
};
