import type { Gap } from "./gap.ts";
import { gapsBetween } from "./gaps.ts";
import { isObject, type Schema } from "./schema-node.ts";

/** `narrowed`: what was taken before is not taken now. `widened`: what is taken now was not before. */
export type Direction = "narrowed" | "widened";

export type SchemaChange = {
  /** JSON pointer; in the schema of now where it is there, else in that of before. */
  readonly at: string;
  readonly change: string;
  readonly what: string;
  /** None: it is told, and changes nothing for anybody. */
  readonly directions: readonly Direction[];
};

/** What changed from one schema to another. Every value for which that makes a difference is of a change with a direction. */
export function schemaChanges(before: Schema, after: Schema): readonly SchemaChange[] {
  const found = [
    ...gapsBetween(before, after).map((gap) => changeOf(gap, "narrowed")),
    ...gapsBetween(after, before).map((gap) => changeOf(gap, "widened")),
  ];
  const merged = new Map<string, SchemaChange>();
  for (const one of found) {
    const key = `${one.at} ${one.change} ${one.what}`;
    const directions = [...new Set([...(merged.get(key)?.directions ?? []), ...one.directions])];
    merged.set(key, { ...one, directions });
  }
  const weighty = [...merged.values()].filter(({ at, change, directions }) =>
    directions.length > 0
      ? true
      : ![...merged.values()].some((other) => other.at === at && other.change === change && other.directions.length > 0),
  );
  return weighty.toSorted((a, b) => compareTexts(a.at, b.at) || compareTexts(a.change, b.change));
}

function changeOf(gap: Gap, direction: Direction): SchemaChange {
  const { at } = gap;
  const narrowed = direction === "narrowed";
  const made = (change: string, what: string, directions: readonly Direction[] = [direction]): SchemaChange => ({
    at,
    change,
    what,
    directions,
  });
  switch (gap.kind) {
    case "type":
      return narrowed
        ? made("type-narrowed", `may not be ${typeText(gap.type)} any more`)
        : made("type-widened", `may be ${typeText(gap.type)}, which it was not`);
    case "value":
      return narrowed
        ? made("value-removed", `may not be ${text(gap.value)} any more`)
        : made("value-added", `may be ${text(gap.value)}, which it was not`);
    case "listed":
      return narrowed
        ? made("values-limited", `may only be ${gap.values.map(text).join(", ")} now`)
        : made("values-free", `may be more than ${gap.values.map(text).join(", ")} now`);
    case "required":
      if (narrowed)
        return gap.named ? made("field-required", `${gap.field} is required now`) : made("field-added", `${gap.field} is new and required`);
      return gap.named ? made("field-optional", `${gap.field} may be missing now`) : made("field-removed", `${gap.field} is gone`);
    case "refused":
      if (narrowed)
        return made(
          "field-refused",
          gap.field === undefined ? "may have no members but those it names" : `may not have ${gap.field} any more`,
        );
      return gap.field === undefined
        ? made("fields-free", "may have members that it does not name")
        : made("field-added", `${gap.field} is new`);
    case "unnamed":
      return narrowed ? made("field-removed", `${gap.field} is gone`, []) : made("field-added", `${gap.field} is new`, []);
    case "bound":
      return narrowed
        ? made("bound-tightened", `${gap.keyword} ${gap.reader}${gap.writer === undefined ? "" : `, was ${gap.writer}`}`)
        : made(
            "bound-loosened",
            gap.writer === undefined ? `no ${gap.keyword}, was ${gap.reader}` : `${gap.keyword} ${gap.writer}, was ${gap.reader}`,
          );
    case "text":
      return made(
        `${gap.keyword.replace("contentEncoding", "encoding")}-changed`,
        narrowed ? wordsOf(gap.keyword, [gap.reader], gap.writer) : wordsOf(gap.keyword, gap.writer, [gap.reader]),
      );
    case "alternative":
      return narrowed ? made("alternative-removed", "this alternative is gone") : made("alternative-added", "this alternative is new");
    case "unknown":
      return made("cannot-be-compared", `cannot be compared: ${gap.why}`);
    default:
      return gap satisfies never;
  }
}

function wordsOf(keyword: string, now: readonly string[], before: readonly string[]): string {
  const some = (texts: readonly string[]): string => texts.map((one) => short(one)).join(" and ") || "none";
  return `${keyword} ${some(now)}, was ${some(before)}`;
}

function typeText(type: string): string {
  return type === "null" ? "null" : `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

function text(value: unknown): string {
  return short(isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(JSON.stringify(value)));
}

function short(one: string): string {
  return one.length > 60 ? `${one.slice(0, 57)}…` : one;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
