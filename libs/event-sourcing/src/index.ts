export {
  type AppendOptions,
  type AppendPorts,
  appendJudged,
  appendOnce,
  appendSole,
  type Judged,
  type JudgeOptions,
  type Judging,
  type Outgoing,
  type Settled,
  setTimerOnce,
} from "./append-once.ts";
export { digestsIn, giveBodies } from "./bodies.ts";
export { type Decider, fold } from "./decider.ts";
export {
  type Endless,
  type EndlessEvent,
  type EndlessOutcome,
  endlessFilter,
  type Held,
  handleEndless,
  loadEndless,
  misfolded,
  readEndless,
} from "./endless.ts";
export { CALM, HOSTILE, type Hostility, type Mischief } from "./memory/hostility.ts";
export { MemoryMesh, type MemoryReplica } from "./memory/mesh.ts";
export { orAborted } from "./or-aborted.ts";
export type {
  Appended,
  Clock,
  Counters,
  Delivery,
  Depth,
  Expectation,
  Gossip,
  Handled,
  Isolations,
  Live,
  Loaded,
  Log,
  Logger,
  Message,
  Objects,
  Page,
  Ports,
  Queue,
  Random,
  Registers,
  Scheduler,
  Timers,
  Tracer,
} from "./ports.ts";
export { LEAST_ACK_WAIT_MS } from "./ports.ts";
export { type Backoff, backoff, type RetryOptions, type RetryPorts, retry } from "./retry.ts";
export { levelOf, ROOM_HINT, type RoomLevel, roomText, type StreamRoom } from "./room-level.ts";
export { matches } from "./subject-filter.ts";
export { attributes, metrics, operations, spanKinds, spans } from "./telemetry-names.ts";
export { loadWhole, type WholeReads } from "./whole.ts";
