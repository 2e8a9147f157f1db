import { Problem } from "../problem.ts";

export type MediaType = { readonly type: string; readonly charset: string | undefined };

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})((?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))*)[ \\t]*;?[ \\t]*$`);
const CHARSET = new RegExp(`;[ \\t]*charset=(?:"([^"]*)"|(${TOKEN}))`, "i");

/** RFC 9110, section 8.3.1. @returns undefined for what is none */
export function parseMediaType(text: string): MediaType | undefined {
  const match = MEDIA_TYPE.exec(text);
  const [, type, parameters = ""] = match ?? [];
  if (type === undefined) return undefined;
  const charset = CHARSET.exec(parameters);
  return { type: type.toLowerCase(), charset: (charset?.[1] ?? charset?.[2])?.toLowerCase() };
}

/** Whether data of this type is text, as CloudEvents JSON carries it. */
export function isText({ type }: MediaType): boolean {
  return type.startsWith("text/") || type === "application/xml" || type.endsWith("+xml");
}

export function isJson({ type }: MediaType): boolean {
  return type === "application/json" || type === "text/json" || type.endsWith("+json");
}

/** The content type of a body in UTF-8. @throws Problem `media-type-not-served`, `request-malformed` */
export function contentTypeOf(header: string | undefined, encoding: string | undefined): MediaType {
  checkEncoding(encoding);
  if (header === undefined) throw new Problem("media-type-not-served", "the body's content type is not said", { field: "content-type" });
  const parsed = parseMediaType(header);
  if (parsed === undefined)
    throw new Problem("request-malformed", `${JSON.stringify(header)} is not a media type`, { field: "content-type" });
  if (parsed.charset !== undefined && parsed.charset !== "utf-8" && parsed.charset !== "utf8")
    throw new Problem("media-type-not-served", `bodies are in UTF-8, not ${parsed.charset}`, { field: "content-type" });
  return parsed;
}

/** @throws Problem `media-type-not-served` */
export function checkEncoding(encoding: string | undefined): void {
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new Problem("media-type-not-served", `bodies are not taken compressed (${encoding})`, { field: "content-encoding" });
}
