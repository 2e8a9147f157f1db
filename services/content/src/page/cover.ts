import { escapeXml } from "./escape-xml.ts";

const WIDTH = 1200;
const HEIGHT = 630;

/** The cover of an article for which none was drawn: no words, always the same bytes. */
export const STOCK_COVER = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="stock cover">
<defs><linearGradient id="ground" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#46505c"/><stop offset="1" stop-color="#23282e"/></linearGradient></defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#ground)"/>
</svg>
`;

/** A cover drawn from the words alone: the same title and keywords give the same bytes. */
export function drawCover(title: string, keywords: readonly string[]): string {
  const random = sequence(`${title}\n${keywords.join("\n")}`);
  const hue = Math.floor(random() * 360);
  const lines = wrap(title, 24).slice(0, 4);
  const shapes = keywords.slice(0, 6).flatMap((word) => shape(word, random, hue));
  const size = lines.length > 2 ? 64 : 78;
  const top = HEIGHT - 90 - (lines.length - 1) * size * 1.12;
  const heading = lines.map(
    (line, i) => `<text x="72" y="${round(top + i * size * 1.12)}" font-size="${size}" font-weight="700">${escapeXml(line)}</text>`,
  );
  const tags = keywords.slice(0, 4).join("  ·  ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(title)}">
<defs><linearGradient id="ground" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue} 42% 24%)"/><stop offset="1" stop-color="hsl(${(hue + 48) % 360} 46% 12%)"/></linearGradient></defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#ground)"/>
${shapes.join("\n")}
<g fill="#fff" font-family="Georgia, 'Times New Roman', serif">
${heading.join("\n")}
<text x="72" y="${HEIGHT - 40}" font-size="24" fill-opacity=".75" font-family="system-ui, sans-serif">${escapeXml(tags)}</text>
</g>
</svg>
`;
}

/** One figure a keyword: rings, as many as it has syllables or so, at a place of its own. */
function shape(word: string, random: () => number, hue: number): string[] {
  const x = round(420 + random() * 720);
  const y = round(40 + random() * 330);
  const rings = Math.max(2, (word.match(/[aeiouy]+/giu)?.length ?? 1) + 1);
  const tone = (hue + Math.floor(random() * 90)) % 360;
  const step = 18 + random() * 26;
  return Array.from(
    { length: rings },
    (_, i) =>
      `<circle cx="${x}" cy="${y}" r="${round((i + 1) * step)}" fill="none" stroke="hsl(${tone} 60% 68%)" stroke-width="${round(2 + random() * 7)}" stroke-opacity="${round(0.65 - i * 0.09)}"/>`,
  );
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/u)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Numbers in [0, 1) from a text (FNV-1a, then mulberry32). */
function sequence(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
