/** Joins extracted blocks: white space evened out, empty ones gone. */
export function joinBlocks(blocks: readonly string[]): string {
  return blocks
    .map((block) => block.replace(/[\s\u00a0\u200b]+/gu, " ").trim())
    .filter((block) => block !== "" && !/^(?:#{1,6}|-|\|)$/u.test(block))
    .join("\n\n");
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  hellip: "…",
  deg: "°",
  times: "×",
  divide: "÷",
  plusmn: "±",
  minus: "−",
  frac12: "½",
  frac14: "¼",
  frac34: "¾",
  micro: "µ",
  middot: "·",
  bull: "•",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  copy: "©",
  reg: "®",
  trade: "™",
  sect: "§",
  para: "¶",
  sup2: "²",
  sup3: "³",
  eacute: "é",
  egrave: "è",
  ecirc: "ê",
  agrave: "à",
  aacute: "á",
  acirc: "â",
  ccedil: "ç",
  ouml: "ö",
  uuml: "ü",
  auml: "ä",
  oslash: "ø",
  aring: "å",
  aelig: "æ",
  szlig: "ß",
  ntilde: "ñ",
  oacute: "ó",
  iacute: "í",
  uacute: "ú",
  Eacute: "É",
  Ouml: "Ö",
  Uuml: "Ü",
  Auml: "Ä",
  thinsp: " ",
  ensp: " ",
  emsp: " ",
  shy: "",
  zwnj: "",
  zwj: "",
  le: "≤",
  ge: "≥",
  ne: "≠",
  asymp: "≈",
  rarr: "→",
  larr: "←",
};

/** Character references as their characters; an unknown one stays as written. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,30}));/giu,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? whole) : whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
    },
  );
}
