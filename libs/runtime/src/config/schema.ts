import { ArmadaError, type Duration, milliseconds, parseBytes } from "@armada/contracts";
import { parseFleetLimit, parseLimits } from "@armada/ledger/limits";
import { checkZone } from "@armada/ledger/periods";
import { defaultTiers } from "@armada/models/default-tiers";
import { pricesFrom } from "@armada/models/pricing";
import { z } from "zod";

/** What is known of a setting beside its schema. */
export type Field = {
  readonly about: string;
  /** Its environment variables, first that is set wins; `ARMADA_<PATH>` unless said. */
  readonly env?: readonly string[];
  readonly flag?: string;
  /** What holds where it has no value. */
  readonly unset?: string;
};

export const fields = z.registry<Field>();

const LENGTH = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;
const duration = z.custom<Duration>((value) => typeof value === "string" && LENGTH.test(value), "write 250ms, 30s, 5m, 4h or 7d");
const model = (tier: keyof typeof defaultTiers, about: string) =>
  z
    .string()
    .min(1)
    .default(defaultTiers[tier])
    .register(fields, {
      about: `The model that serves ${about}: \`claude-…\` with Anthropic's key, \`openai/NAME\` at an OpenAI-compatible server, or \`local\`.`,
    });
/** A text that `read` takes; what it says of another one is the setting's own error. */
const readBy = (read: (text: string) => unknown) =>
  z.string().superRefine((text, context) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      context.addIssue(`${error.message}: ${error.hint ?? ""}`);
    }
  });
const prices = readBy(pricesFrom);
const limits = readBy(parseLimits);
const fleetLimit = readBy(parseFleetLimit);
const size = () => readBy(parseBytes);
const ORIGINS = /^\s*(?:\*|[A-Za-z0-9.:-]+)(?:\s*,\s*(?:\*|[A-Za-z0-9.:-]+))*\s*$/;
const names = () => z.string().regex(/^\s*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*$/, "write the names of variables, apart by commas");
const MIN_LEASE_MS = 2_000;
const MAX_LEASE_MS = 600_000;

/** All that can be configured. Secrets cannot: they come from the environment, or from files that it names. */
export const Config = z.strictObject({
  budgets: z
    .strictObject({
      atLimit: z.enum(["wait", "fallback", "stop"]).default("wait").register(fields, {
        about:
          "What a call meets for which nothing is left: it waits until the limit begins again, the agent's fallback answers, or the run stops.",
      }),
      downgradeAt: z.number().min(0.01).max(1).default(0.8).register(fields, {
        about: "The share of a limit from which calls get the next cheaper tier. 1: never before the limit.",
      }),
      fleet: fleetLimit.optional().register(fields, {
        about:
          "What all teams together may spend in a month: `$8000/month`. With it `up` starts the service `federation`, which grants it.",
        unset: "no limit",
      }),
      lease: duration
        .refine((text) => milliseconds(text) >= MIN_LEASE_MS && milliseconds(text) <= MAX_LEASE_MS, "a lease has 2s to 10m")
        .default("60s")
        .register(fields, { about: "How long a replica keeps what it has reserved without a word from it." }),
      teams: z.record(z.string(), limits).default({}).register(fields, {
        about: "What a team may spend: `$300/month, $20/day, 5M tokens/day, $1/run`.",
        unset: "no limit",
      }),
      zone: readBy(checkZone)
        .default("UTC")
        .register(fields, { about: "The time zone whose days and months the limits mean, as `Europe/Berlin`." }),
    })
    .prefault({}),
  data: z.string().min(1).default(".armada/data").register(fields, { about: "The folder of the streams.", flag: "--data" }),
  drain: duration.default("10s").register(fields, { about: "How long running steps may go on after the first Ctrl-C or SIGTERM." }),
  gateway: z
    .strictObject({
      acceptUndeclared: z.boolean().default(false).register(fields, {
        about: "Whether events of a type that no team declares are stored (`evt.gateway.undeclared.event.…`) instead of refused with 422.",
      }),
      host: z.string().min(1).default("127.0.0.1").register(fields, {
        about: "The address that the gateway binds. `up` wants anything but loopback said by `--host`, whatever this file says.",
        flag: "--host",
      }),
      oidc: z
        .strictObject({
          audience: z
            .string()
            .min(1)
            .optional()
            .register(fields, { about: "Whom tokens are for: their `aud`.", unset: "no tokens are taken" }),
          issuer: z
            .string()
            .min(1)
            .optional()
            .register(fields, { about: "Who makes the tokens of people: their `iss`.", unset: "no tokens are taken" }),
          jwks: z.string().min(1).optional().register(fields, {
            about: "The issuer's JSON Web Key Set: an address, from which new keys are fetched, or a file.",
            unset: "no tokens are taken",
          }),
          scopes: z.string().min(1).optional().register(fields, {
            about: "What claims allow: `groups=editors: approve:content read:*; sub=*: read:content`.",
            unset: "no tokens are taken",
          }),
        })
        .prefault({}),
      port: z.int().min(0).max(65_535).default(4780).register(fields, {
        about: "The gateway's port; where it is taken, the next free one. 0: the system gives one.",
        flag: "--port",
      }),
      requestsPerMinute: z.int().min(1).optional().register(fields, {
        about: "Requests a minute that the gateway takes of a key, or of a person, for which nothing else is said.",
        unset: "no limit",
      }),
      tls: z
        .strictObject({
          cert: z.string().min(1).optional().register(fields, {
            about:
              "The gateway's certificate, a file in PEM with those that lead to its issuer; with it the gateway speaks HTTPS. Read again when it changes.",
            unset: "plain HTTP",
          }),
          key: z.string().min(1).optional().register(fields, { about: "The file of the certificate's key, in PEM.", unset: "none" }),
        })
        .prefault({}),
      webhookOrigins: z.string().regex(ORIGINS, "write `*`, or host names apart by commas").optional().register(fields, {
        about:
          "Who may have events delivered as a web hook: host names as senders give them in `WebHook-Request-Origin`, apart by commas, or `*` for everyone. Azure Event Grid is `eventgrid.azure.net`.",
        unset: "nobody",
      }),
    })
    .prefault({}),
  logs: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info").register(fields, {
        about: "The least that a service writes into `.armada/logs/<service>.log`.",
      }),
    })
    .prefault({}),
  models: z
    .strictObject({
      batchGather: duration.default("1s").register(fields, {
        about: 'How long a request of an agent with `lane: "batch"` waits for others, up to 100, before they are submitted.',
      }),
      batchPoll: duration.default("15s").register(fields, { about: "How often a replica looks whether a batch has ended." }),
      contextCaching: z.boolean().default(true).register(fields, {
        about:
          "Whether a prompt's beginning that comes again is kept in the provider's cache, for five minutes or an hour by its use, and renewed over hours where that costs less.",
      }),
      prices: prices.optional().register(fields, {
        about:
          "Prices of models that the list lacks, or has otherwise, in dollars per million tokens: `gpt-x: $1.25 in, $10 out, $0.12 cached, batch 0.5; llama3: free`. Also the day on which the provider ends the model (`ends 2027-01-14`), what a service tier or place multiplies all by (`priority 2.5, flex 0.5, us 1.1`), and at the end, as often as needed, other prices of longer prompts: `above 272000: $2.50 in, $15 out`.",
        unset: "the providers' list prices; free at a server on loopback",
      }),
      requestsPerMinute: z.int().min(1).optional().register(fields, {
        about: "Requests a minute that the provider's account allows a team: its replicas share them.",
        unset: "no limit of ours",
      }),
      tokensPerMinute: z.int().min(1).optional().register(fields, {
        about: "Tokens a minute that the provider's account allows a team: its replicas share them.",
        unset: "no limit of ours",
      }),
      tiers: z
        .strictObject({
          worker: model("worker", "agents of the tier `worker`"),
          specialist: model("specialist", "agents of the tier `specialist`"),
          orchestrator: model("orchestrator", "agents of the tier `orchestrator`"),
        })
        .prefault({}),
    })
    .prefault({}),
  nats: z
    .strictObject({
      accounts: z
        .enum(["configuration", "jwt"])
        .default("configuration")
        .register(fields, {
          about:
            "How a server that is not ours holds accounts: in auth.conf, which it reads again when it is told to, or, in operator mode, as JWTs that `provision` sends it.",
          env: ["ARMADA_NATS_ACCOUNTS"],
        }),
      administration: z
        .string()
        .min(1)
        .optional()
        .register(fields, {
          about: "The folder of administration's secret, which only `up` and the commands that change streams open.",
          env: ["NATS_ADMINISTRATION"],
          unset: "beside the folder of identities, its name with -administration",
        }),
      credentials: z
        .string()
        .min(1)
        .optional()
        .register(fields, {
          about: "The folder of identities (`armada provision --keys DIR`) for a server that is not ours.",
          env: ["NATS_CREDS"],
          unset: "our own, .armada/keys",
        }),
      syncInterval: z.enum(["always", "100ms"]).default("always").register(fields, {
        about: "When our own server writes to disk: before it acknowledges, or every 100 ms: faster, and a power cut may lose as much.",
        flag: "--sync-interval",
      }),
      url: z
        .string()
        .min(1)
        .optional()
        .register(fields, {
          about: "A running nats-server or cluster to use; it wants `nats.credentials`.",
          env: ["NATS_URL"],
          flag: "--nats",
          unset: "our own server on loopback",
        }),
    })
    .prefault({}),
  replicas: z.record(z.string(), z.int().min(0).max(64)).default({}).register(fields, {
    about: "Processes of a team's service, by team.",
    flag: "--replicas",
    unset: "1 each",
  }),
  room: z
    .strictObject({
      teams: z.record(z.string(), size()).default({}).register(fields, {
        about: "The most that a team's streams may hold together, as `2GB`: its own, whatever is free.",
        unset: "a share of the growth, by what the team holds",
      }),
      total: size().optional().register(fields, {
        about: "The most that all streams may hold together, as `50GB`.",
        unset: "what they hold and three quarters of what is free on the disk; on a server that is not ours its account's limit, else 10GB",
      }),
    })
    .prefault({}),
  secrets: z.record(z.string(), names()).default({}).register(fields, {
    about:
      "The names of the variables that hold secrets which a team's tools need, apart by commas: `CRM_TOKEN, DB_PASSWORD`. Its processes get them, no others do.",
    unset: "none",
  }),
  telemetry: z
    .strictObject({
      ratio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .register(fields, {
          about: "Share of new traces that are kept, where `OTEL_EXPORTER_OTLP_ENDPOINT` is set.",
          env: ["ARMADA_TELEMETRY_RATIO", "OTEL_TRACES_SAMPLER_ARG"],
        }),
    })
    .prefault({}),
  variables: z.record(z.string(), names()).default({}).register(fields, {
    about: "The names of other variables that a team's tools read, apart by commas: a service inherits none that are not named.",
    unset: "none",
  }),
  watchdog: duration.default("3s").register(fields, {
    about:
      "How long code may compute without a pause while a replica has work in hand; then its process ends, the log says what it was, and what else was in hand goes on at once.",
  }),
});
export type Config = z.infer<typeof Config>;

/** Gives `armada.config.ts` its types; answers what it gets. */
export function defineConfig(config: z.input<typeof Config>): z.input<typeof Config> {
  return config;
}
