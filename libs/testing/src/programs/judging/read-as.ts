import { type Envelope, shortHash } from "@armada/contracts";
import { kinds } from "../playing/declarations.ts";
import type { Arrived } from "./told.ts";

/** Attributes that an event from outside has for the mesh's own use, and those that CloudEvents itself names. */
const OTHERS =
  /^(specversion|id|source|type|subject|time|data|data_base64|datacontenttype|dataschema|arrived|team|correlationid|causationid|schemaversion|hops)$/;

/** What a reader of the page finds in an event, and beside its data; undefined where its data is none of its kind's. */
export function readAs(fact: Envelope, resolve: (value: unknown) => unknown): Pick<Arrived, "value" | "fact"> | undefined {
  const { id, source, type, subject, time, team, arrived } = fact;
  const outside = arrived !== undefined;
  const data = dataOf(fact, resolve(fact.data));
  if (data === undefined) return undefined;
  const { datacontenttype, dataschema } = fact as { readonly datacontenttype?: unknown; readonly dataschema?: unknown };
  const own = Object.entries(fact).filter(([name]) => !OTHERS.test(name));
  return {
    value: outside && typeof data === "object" && Number(data.k) % 3 === 2 ? undefined : data,
    fact: {
      key: outside ? shortHash(source, id) : id,
      id,
      source,
      type,
      subject,
      time: time ?? arrived,
      arrived: arrived ?? time,
      ...(datacontenttype === undefined ? {} : { datacontenttype }),
      ...(dataschema === undefined ? {} : { dataschema }),
      extensions: outside ? Object.fromEntries(own.map(([name, value]) => [name.replace(/^origin/, ""), value])) : {},
      team,
    },
  };
}

function dataOf(
  { data_base64, schemaversion, type }: Envelope,
  data: unknown,
): string | { readonly id?: unknown; readonly k?: unknown } | undefined {
  if (data_base64 !== undefined) return data_base64;
  if (typeof data !== "object" || data === null) return undefined;
  if (type === kinds.begun.type) return "id" in data ? data : undefined;
  if (Object.hasOwn(data, "k")) return data;
  const { id, old } = data as { readonly id?: unknown; readonly old?: unknown };
  return type.endsWith(".nudged") && schemaversion === 1 && old !== undefined ? { id, k: old } : undefined;
}
