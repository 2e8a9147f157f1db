import { oneLine, type TextBlock } from "./plain-text.ts";

/** A table of comma, semicolon or tab separated values as rows of as many cells each; which of them parts the cells the file itself tells. */
export async function readCsv(text: string): Promise<TextBlock[]> {
  const { default: Papa } = await import("papaparse");
  const { data } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: "greedy" });
  const columns = data.reduce((most, row) => Math.max(most, row.length), 0);
  return data.map((row) => {
    const cells = row.map((cell) => oneLine(cell).replaceAll("|", "/"));
    return { kind: "row", level: 0, text: [...cells, ...Array.from({ length: columns - row.length }, () => "")].join(" | ") };
  });
}
