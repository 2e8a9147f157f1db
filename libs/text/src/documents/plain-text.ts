import { joinBlocks } from "./blocks.ts";

/**
 * Plain text: paragraphs end at an empty line; underlined titles, list items, headings and table rows as written stay what they are.
 * Joined lines may look like an item or a rule themselves, so it is read until nothing changes.
 */
export function plainText(text: string): string {
  let made = readOnce(text);
  for (let next = readOnce(made); next !== made; next = readOnce(made)) made = next;
  return made;
}

function readOnce(text: string): string {
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
