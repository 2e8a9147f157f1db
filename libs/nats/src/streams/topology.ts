import type { TeamManifest } from "@armada/contracts";
import type { Queue } from "@armada/event-sourcing";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamSource,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { apiPrefix, factConsumer } from "../accounts/crossings.ts";
import { FLEET, SHARED_ANSWERS } from "./names.ts";

/** What a team's definition wants from JetStream, as data. */
export type TeamTopology = {
  readonly team: string;
  readonly queues: readonly Queue[];
  /** Facts wanted from other teams: literal filters by team. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** Whether it shares answers of models with the other teams that do. */
  readonly shares?: boolean;
  /** Capabilities of other teams that it asks, as `<team>.<capability>`. */
  readonly asks?: readonly string[];
};

/** What a team's manifest wants from JetStream. */
export function topologyIn({ team, queues, sources, shares, asks }: TeamManifest): TeamTopology {
  return { team, queues, sources: new Map(sources.map(({ team: from, filters }) => [from, filters])), shares, asks };
}

/** What a team is to have on the server: its streams, and the consumers of each. */
export type Wanted = {
  readonly streams: readonly Partial<StreamConfig>[];
  readonly consumers: readonly { readonly stream: string; readonly config: Partial<ConsumerConfig> }[];
};

/** A source as a stream's configuration has it. Across accounts it is the consumer that knows the filter. */
export type Source = { readonly name: string; readonly filter_subject?: string; readonly consumer?: { readonly name: string } };

/** One thing that provisioning did, or would do. */
export type Change = { readonly change: "create" | "update" | "delete"; readonly what: string; readonly why?: string };

/** A dead worker's messages go to others after this; the living say so four times within it (engine rule 8). */
export const ACK_WAIT_MS = 8_000;
/** In flight over all replicas of a queue. */
const MAX_ACK_PENDING = 10_000;
/** An answer serves for 24 hours at most; what is older than this serves nobody. */
const CACHED_MS = 48 * 3_600_000;
/** Replicas look after the blocks of this month and of the one before. */
const DRAWN_MS = 62 * 86_400_000;

/**
 * The streams, without their bounds, and consumers of a team. `replicas`: 1 on a single server, 3 on a cluster. `walled`: it and
 * those of whom it takes facts have accounts of their own. `copies`: bodies go as copies to whom they are meant for.
 */
export function topologyOf(
  { team, queues, sources }: TeamTopology,
  options: { replicas: number; walled?: boolean; copies?: boolean },
): Wanted {
  const base = {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: options.replicas,
    allow_direct: true,
    deny_delete: true,
    deny_purge: false,
  } as const;
  const filters = [...sources].flatMap(([from, list]) =>
    list.map((filter) => (options.walled === true ? factsAcross(from, team, filter) : { name: `TEAM_${from}`, filter_subject: filter })),
  );
  return {
    streams: [
      {
        ...base,
        name: `TIMERS_${team}`,
        subjects: [`at.${team}.>`, `tick.${team}.>`],
        discard: DiscardPolicy.Old,
        allow_msg_schedules: true,
        deny_delete: false,
      },
      {
        ...base,
        name: `TEAM_${team}`,
        subjects: [`evt.${team}.>`, `run.${team}.>`, `ask.${team}.>`, `ans.${team}.>`],
        discard: DiscardPolicy.New,
        duplicate_window: nanos(100),
        sources: [{ name: `TIMERS_${team}`, filter_subject: `tick.${team}.>` }, ...filters],
      },
      {
        ...base,
        name: `REG_${team}`,
        subjects: [`reg.${team}.>`],
        discard: DiscardPolicy.Old,
        max_msgs_per_subject: 1,
        deny_delete: false,
      },
      {
        ...base,
        name: `CACHE_${team}`,
        subjects: [`cache.${team}.>`],
        discard: DiscardPolicy.Old,
        max_msgs_per_subject: 1,
        max_age: nanos(CACHED_MS),
        deny_delete: false,
      },
      // A call that was forgotten before its bill is known could be paid without a trace: rather no more calls than that.
      { ...base, name: `DRAWS_${team}`, subjects: [`draw.${team}.>`], discard: DiscardPolicy.New, max_age: nanos(DRAWN_MS) },
      {
        ...base,
        name: `INDEX_${team}`,
        subjects: [`index.${team}.>`],
        discard: DiscardPolicy.New,
        max_msgs_per_subject: 1,
        deny_delete: false,
      },
      { ...base, name: `OBJECTS_${team}`, subjects: [`obj.${team}.>`], discard: DiscardPolicy.New },
      ...(options.copies === true ? [{ ...base, name: `SHOWN_${team}`, subjects: [`shown.${team}.>`], discard: DiscardPolicy.New }] : []),
    ],
    consumers: queues.map((queue) => ({
      stream: `TEAM_${team}`,
      config: {
        durable_name: queue.name,
        ...filterOf(queue.filters),
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ACK_WAIT_MS),
        deliver_policy: DeliverPolicy.All,
        max_deliver: -1,
        max_ack_pending: MAX_ACK_PENDING,
        max_waiting: 512,
      },
    })),
  };
}

/** A source that is fed by a consumer which administration made: the server asks the other account for nothing but to begin it anew. */
function factsAcross(giver: string, taker: string, filter: string): StreamSource & { consumer: { name: string; deliver_subject: string } } {
  const { name, deliver } = factConsumer(giver, taker, filter);
  const stream = `TEAM_${giver}`;
  return { name: stream, external: { api: apiPrefix(taker, stream), deliver: "" }, consumer: { name, deliver_subject: deliver } };
}

/** The manifests of the teams. */
export function fleetManifests({ replicas }: { replicas: number }): Partial<StreamConfig> {
  return {
    name: FLEET,
    subjects: ["fleet.>"],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
    allow_direct: true,
    deny_delete: true,
    deny_purge: false,
    duplicate_window: nanos(100),
  };
}

/** Where operators put what they hand to teams by digest. */
export function operatorObjects(options: { replicas: number }): Partial<StreamConfig> {
  const { streams } = topologyOf({ team: "operator", queues: [], sources: new Map() }, options);
  const objects = streams.find(({ name }) => name === "OBJECTS_operator");
  if (objects === undefined) throw new Error("a topology has an objects stream");
  return objects;
}

/** The answers of models that teams share on purpose: only their identities may write and read here. */
export function sharedAnswers(options: { replicas: number }): Partial<StreamConfig> {
  const { streams } = topologyOf({ team: "fleet", queues: [], sources: new Map() }, options);
  const answers = streams.find(({ name }) => name === SHARED_ANSWERS);
  if (answers === undefined) throw new Error("a topology has a stream of answers");
  return answers;
}

function filterOf(filters: readonly string[]): Partial<Pick<ConsumerConfig, "filter_subject" | "filter_subjects">> {
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? { filter_subject: only } : { filter_subjects: [...filters] };
}
