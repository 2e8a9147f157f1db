import { contentStems, inOrder, tablesIn } from "armada-mesh/text";
import type { SourceTable } from "../page/draft.ts";
import type { Source } from "../sources/source.ts";

/** A larger table, or a fourth, would be longer than the article. */
const ROWS_MOST = 12;
const COLUMNS_MOST = 6;
const CELL_MOST = 60;
const SHOWN_MOST = 3;

/**
 * The tables of the sources with figures and a word of the topic, in them or in a heading above them. The first small ones are shown as they
 * stand; of the others `rows` is left out, for the page to name them.
 */
export function sourceTables(topic: string, sources: readonly Source[]): SourceTable[] {
  const wanted = new Set(contentStems(topic));
  let shown = 0;
  return inOrder(sources).flatMap(({ name, text }) =>
    tablesIn(text).flatMap(({ headings, rows }): SourceTable[] => {
      const body = rows.slice(1);
      if (!body.some(({ cells }) => cells.some((cell) => /\d/u.test(cell)))) return [];
      if (!contentStems([...headings, ...rows.map((row) => row.text)].join(" ")).some((one) => wanted.has(one))) return [];
      const small =
        rows.length <= ROWS_MOST &&
        rows.every(({ cells }) => cells.length <= COLUMNS_MOST && cells.every(({ length }) => length <= CELL_MOST));
      const about = { file: name, called: headings.at(-1) ?? "", count: rows.length };
      return [small && shown++ < SHOWN_MOST ? { ...about, rows: rows.map(({ cells }) => [...cells]) } : about];
    }),
  );
}
