import { joinBlocks } from "./blocks.ts";

/** Plain text: paragraphs end at an empty line; underlined titles, list items, headings and table rows as written stay what they are. */
export function plainText(text: string): string {
  const blocks: string[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    blocks.push(paragraph.join(" "));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    const item = /^\s*(?:[-*•]|\d{1,3}[.)])\s+(.*)$/u.exec(line)?.[1];
    if (/^\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$/u.test(line)) {
      const title = paragraph.join(" ");
      paragraph = title === "" ? [] : [`# ${title}`];
      flush();
    } else if (line.trim() === "") flush();
    else if (item !== undefined) {
      flush();
      paragraph.push(`- ${item}`);
    } else if (/^#{1,6} \S|^\| /u.test(line)) {
      flush();
      paragraph.push(line);
      flush();
    } else paragraph.push(line.trim());
  }
  flush();
  return joinBlocks(blocks);
}
