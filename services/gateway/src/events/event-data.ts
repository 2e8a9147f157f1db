import { Problem } from "../problem.ts";
import { parseJson } from "./json-text.ts";
import { isJson, isText, type MediaType, parseMediaType } from "./media-type.ts";

/** An event's data as CloudEvents JSON has it: a value, or base64 where it is no text; neither where there is none. */
export type EventData = { readonly data?: unknown; readonly data_base64?: string };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The data of a body, told by its content type: JSON its value, text in UTF-8 its text, all else its bytes. A body of no
 * said type is JSON where it can be. @throws Problem `body-unreadable`, `data-invalid`, `media-type-not-served`
 */
export function dataOfBody(body: Uint8Array, type: string | undefined): EventData {
  if (body.length === 0) return {};
  const media = type === undefined ? undefined : parseMediaType(type);
  if (media !== undefined && isJson(media)) {
    if (!isUtf8(media)) throw new Problem("media-type-not-served", `JSON is in UTF-8, not ${media.charset}`, { field: "content-type" });
    return { data: parseJson(body, "body", "data") };
  }
  return dataOf(body, media, "body", "data");
}

/** The data of a structured event. @throws Problem `event-invalid`, `body-unreadable`, `data-invalid` */
export function dataOfMembers(
  members: { readonly data: unknown; readonly data_base64: unknown; readonly datacontenttype: unknown },
  field: (name: string) => string,
): EventData {
  const { data, data_base64, datacontenttype } = members;
  if (data_base64 === undefined || data_base64 === null) return data === undefined ? {} : { data };
  const at = field("data_base64");
  if (data !== undefined) throw new Problem("event-invalid", "an event has data or data_base64, not both", { field: at });
  if (typeof data_base64 !== "string" || !BASE64.test(data_base64))
    throw new Problem("event-invalid", "data_base64 is not base64", { field: at });
  const bytes = Buffer.from(data_base64, "base64");
  const media = typeof datacontenttype === "string" ? parseMediaType(datacontenttype) : undefined;
  if (media !== undefined && isJson(media)) return { data: parseJson(bytes, at, field("data")) };
  return dataOf(bytes, media, at, field("data"));
}

function dataOf(bytes: Uint8Array, media: MediaType | undefined, field: string, root: string): EventData {
  const text = media === undefined || (isText(media) && isUtf8(media)) ? exactText(bytes) : undefined;
  if (text !== undefined && media !== undefined) return { data: text };
  if (text !== undefined && isJsonText(text)) return { data: parseJson(bytes, field, root) };
  return { data_base64: Buffer.from(bytes).toString("base64") };
}

function isUtf8({ charset }: MediaType): boolean {
  return charset === undefined || charset === "utf-8" || charset === "utf8" || charset === "us-ascii";
}

/** The text whose UTF-8 is these bytes, a byte order mark included; undefined where none is. */
function exactText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // then it is kept as bytes
  }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // then it is kept as bytes
  }
}
