import { z } from "zod";
import { Envelope } from "../envelope.ts";
import { declaredBy, joinTypes } from "../external-types.ts";
import type { TeamManifest } from "../fleet/manifest.ts";
import { placeOf } from "../kinds.ts";
import { draft07 } from "./draft-07.ts";

type Json = { readonly [name: string]: unknown };
export type AsyncApi = { readonly asyncapi: "3.0.0"; readonly channels: Json; readonly operations: Json; readonly [name: string]: unknown };

export type AboutMesh = {
  readonly title: string;
  readonly version: string;
  /** The NATS server, as `127.0.0.1:4222`; undefined leaves out what goes over it. */
  readonly nats: string | undefined;
  /** The gateway, as `127.0.0.1:4780`. */
  readonly gateway: string;
};

/** One message: a type of event as it goes through a channel. */
type Told = {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly team: string;
  readonly schema: unknown;
  readonly from: "mesh" | "outside";
};

const CLOUD_EVENTS = "application/cloudevents+json";
/** Where the gateway takes events, all types at one address. */
const EVENTS = "gateway.events";

/**
 * The events of teams as an AsyncAPI 3.0 document: what the gateway takes, and the facts that are in the streams. Ids are those of
 * the types; the same manifests make the same document. @throws ArmadaError `EXTERNAL_DISAGREES`, `EXTERNAL_CLASH`
 */
export function asyncApiOf(manifests: readonly TeamManifest[], { title, version, nats, gateway }: AboutMesh): AsyncApi {
  const byType = <T extends { readonly type: string }>(some: readonly T[]): readonly T[] =>
    some.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const taken = byType([...joinTypes(declaredBy(manifests)).values()]);
  const facts = nats === undefined ? [] : byType(manifests.flatMap(({ team, events }) => events.map((event) => ({ team, ...event }))));
  const outside = taken.map(
    ({ type, schema, version: of }): Told => ({ id: idOf(type), type, version: of, team: "gateway", schema, from: "outside" }),
  );
  const stored = nats === undefined ? [] : outside.map((one): Told => ({ ...one, id: `${one.id}.stored`, from: "mesh" }));
  const stated = facts.map((one): Told => ({ ...one, id: one.type, from: "mesh" }));
  const inMesh = [...stated, ...stored];
  return {
    asyncapi: "3.0.0",
    info: {
      title,
      version,
      description: "Events of teams of agents: what the gateway takes from outside, and the facts that the teams state.",
    },
    defaultContentType: CLOUD_EVENTS,
    servers: {
      gateway: {
        ...serverAt(gateway, "http"),
        description: "Takes events from outside.",
        security: [{ $ref: "#/components/securitySchemes/key" }],
      },
      ...(nats === undefined
        ? {}
        : {
            nats: {
              ...serverAt(nats, "nats"),
              description: "Has the streams. Each reader has an identity of its own.",
              bindings: { nats: {} },
            },
          }),
    },
    channels: {
      ...(outside.length > 0 ? { [EVENTS]: gatewayChannel(outside) } : {}),
      ...Object.fromEntries(inMesh.map((one) => [one.id, subjectChannel(one)])),
    },
    operations: Object.fromEntries([...outside.map(receiving), ...inMesh.map(sending)]),
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A key of the gateway, or a token of an issuer that it trusts." },
      },
      messages: Object.fromEntries([...outside, ...inMesh].map((one) => [one.id, messageOf(one)])),
      schemas: {
        CloudEvent,
        ...(inMesh.length > 0 ? { Fact: draft07(envelopeSchema(), "#/components/schemas/Fact") } : {}),
        ...Object.fromEntries(
          [...outside, ...stated].map((one) => [dataOf(one), draft07(one.schema, `#/components/schemas/${dataOf(one)}`)]),
        ),
      },
    },
  };
}

function serverAt(host: string, protocol: string): Json {
  return { host: "{host}", protocol, variables: { host: { default: host } } };
}

function gatewayChannel(outside: readonly Told[]): Json {
  return {
    address: "/v1/events",
    title: "Events from outside",
    description:
      "One event in structured mode; binary mode and batches are taken as well. An event that was accepted is answered with 202.",
    servers: [{ $ref: "#/servers/gateway" }],
    messages: messagesIn(outside),
  };
}

function subjectChannel(one: Told): Json {
  const { entity, event } = one.team === "gateway" ? placeOf(one.type) : { entity: one.type.split(".")[1], event: one.type.split(".")[2] };
  return {
    address: `evt.${one.team}.${entity}.${event}.{id}.{key}`,
    title: one.type,
    servers: [{ $ref: "#/servers/nats" }],
    parameters: {
      id: { description: "What the event is about, as its declaration says; its hash where that is no token of a subject." },
      key: { description: "The mesh's own name of the event." },
    },
    messages: messagesIn([one]),
  };
}

function messagesIn(some: readonly Told[]): Json {
  return Object.fromEntries(some.map(({ id }) => [id, { $ref: `#/components/messages/${id}` }]));
}

function receiving(one: Told): [string, Json] {
  const http = { method: "POST", bindingVersion: "0.3.0" };
  return [
    `receive.${one.id}`,
    { ...operation(one, EVENTS), action: "receive", summary: `The gateway takes ${one.type}.`, bindings: { http } },
  ];
}

function sending(one: Told): [string, Json] {
  const what = one.team === "gateway" ? `What came from outside as ${one.type} is stored.` : `${one.team} states ${one.type}.`;
  return [`send.${one.id}`, { ...operation(one, one.id), action: "send", summary: what }];
}

function operation({ id, team }: Told, channel: string): Json {
  return {
    channel: { $ref: `#/channels/${channel}` },
    tags: [{ name: team }],
    messages: [{ $ref: `#/channels/${channel}/messages/${id}` }],
  };
}

function messageOf(one: Told): Json {
  const { type, version, team, from } = one;
  const data = { $ref: `#/components/schemas/${dataOf(one)}` };
  const about = { name: type, title: type, contentType: CLOUD_EVENTS, tags: [{ name: team }] };
  const typed = (more: Json, required: readonly string[]): Json => ({
    type: "object",
    properties: { type: { const: type }, ...more },
    required: ["type", ...required],
  });
  if (from === "outside") return { ...about, payload: { allOf: [{ $ref: "#/components/schemas/CloudEvent" }, typed({ data }, ["data"])] } };
  const mesh = typed({ team: { const: team }, schemaversion: { const: version }, data }, ["data"]);
  return {
    ...about,
    description: `Version ${version}. A large value in \`data\` stands in an object store, and its digest here.`,
    correlationId: { location: "$message.payload#/correlationid" },
    payload: { allOf: [{ $ref: "#/components/schemas/Fact" }, mesh] },
  };
}

/** The name of the schema of its data, the same on the way in and in the stream. */
function dataOf({ type, version }: Told): string {
  return `${idOf(type)}.v${version}`;
}

/** A type as a key and in references; one with other characters by the subject that it has alone. */
function idOf(type: string): string {
  if (/^[\w.-]+$/.test(type)) return type;
  const { entity, event } = placeOf(type);
  return `gateway.${entity}.${event}`;
}

function envelopeSchema(): unknown {
  const { $schema: _draft, ...made } = z.toJSONSchema(Envelope, { io: "input" });
  return { title: "A CloudEvent of the mesh", ...made };
}

const text = { type: "string", minLength: 1 };
const CloudEvent = {
  title: "A CloudEvent 1.0 in structured mode",
  type: "object",
  properties: {
    specversion: { const: "1.0" },
    id: text,
    source: { ...text, format: "uri-reference" },
    type: text,
    subject: text,
    time: { type: "string", format: "date-time" },
    datacontenttype: text,
    dataschema: { ...text, format: "uri" },
  },
  required: ["specversion", "id", "source", "type"],
};
