import { oneLine, type TextBlock } from "./plain-text.ts";

/** A table of comma, semicolon or tab separated values as rows of cells; which of them parts the cells the file itself tells. */
export async function readCsv(text: string): Promise<TextBlock[]> {
  const { default: Papa } = await import("papaparse");
  const { data } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: "greedy" });
  return data.map((row) => ({ kind: "row", level: 0, text: row.map((cell) => oneLine(cell).replaceAll("|", "/")).join(" | ") }));
}
