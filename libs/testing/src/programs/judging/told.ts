/** An event of a journal, its large values brought back. `data.n` is the ordinal of the call that it belongs to. */
export type Told = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

/** An event that has arrived on the team's stream, `seq` in its order. `time`: ms since 1970. */
export type Arrived = {
  readonly event: string;
  readonly type: string;
  readonly id: string;
  readonly seq: number;
  readonly time: number;
  /** Its data as a reader finds it; undefined where that is none that a journal holds. */
  readonly value: unknown;
  /** Its attributes. */
  readonly fact: Readonly<Record<string, unknown>>;
};

/** What all generations of a run share. */
export type Chain = {
  /** Where in the team's stream the message stands that started it. */
  readonly after: number;
  /** Asks and events that were passed until then. */
  readonly hops: number;
  /** Until its first run is read. */
  fresh: boolean;
  moved: boolean;
  /** Generations until then, one after the other, that waited for nothing. */
  restless: number;
  /** In the order of their arrival. */
  readonly arrived: readonly Arrived[];
  /** What waits of the run took, by event. `fromStart`: by one that looks from the run's beginning. */
  readonly taken: Map<string, Arrived & { readonly fromStart: boolean }>;
  /** Of the ids and events that it took a run remembers so many when it goes on as new; what came up to `forgot` it may have taken. */
  readonly remembers: number;
  forgot: Arrived | undefined;
};

/** What a reader cannot know: what chance said, what was done outside, and when timers fired. */
export type Outside = {
  drawn(visit: string): unknown;
  times(n: number): number;
  /** Whether a call's answer came so long before its timer that it had to be heard. */
  heard(n: number): boolean;
  /** Where in the team's stream the tick of a call stands. */
  tick(n: number): number;
  /** Whether each message is delivered once. */
  readonly calm: boolean;
  /** Whether no two replicas are at work on one message. */
  readonly single: boolean;
  /** Whether the program is changed under its run. */
  readonly changed: boolean;
  /** Whether runs have a budget. */
  readonly budget: boolean;
  /** Whether a run stops where nothing is left of it. */
  readonly stops: boolean;
  /** Whether several attempts at a step are made at once. */
  readonly doubled: boolean;
  /** Until when the team's stream has no room for new runs, ms since 1970. */
  readonly full: number;
  /** Until when its team has no more than its limit for a day, ms since 1970; 0 where it has none. */
  readonly dayEnds: number;
  /** When the hours of the agent that has some begin. */
  readonly opens: number;
};
