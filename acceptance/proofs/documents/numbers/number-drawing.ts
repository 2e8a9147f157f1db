import { type Draw, drawing } from "../contradictions/contradiction-drawing.ts";
import { wrapped } from "../pages/layouts/forum.ts";
import { type NumberLocale, numberLocales } from "./number-locales.ts";

/** A number in a sentence of a document, with everything that it may be read as. */
export type DrawnNumber = {
  readonly id: string;
  readonly kind: string;
  readonly locale: string;
  /** The reader is told the locale; if not, what can be read in two ways has to be refused. */
  readonly told: boolean;
  readonly path: string;
  readonly document: string;
  /** Letters that only this sentence has. */
  readonly tag: string;
  /** The digits as they are written, without marks beside them; a range has two. */
  readonly written: readonly string[];
  readonly values: readonly number[];
};

type Written = { readonly text: string; readonly value: number };
/** What stands in a sentence: its source in each form of document. */
type Placed = {
  readonly kind: string;
  readonly html: string;
  readonly md: string;
  readonly txt: string;
  readonly written: readonly string[];
  readonly values: readonly number[];
};

const UNITS = ["km", "kg", "%", "m", "kWh", "°C", "MW", "ha"];
const NO_BREAK = "\u00a0";

export function drawNumbers(seed: number, count: number): DrawnNumber[] {
  const draw = drawing(seed);
  return Array.from({ length: count }, (_, at) => drawOne(draw, at));
}

function drawOne(draw: Draw, at: number): DrawnNumber {
  const locale = draw.one(numberLocales);
  const told = draw.integer(0, 1) === 0;
  const { kind, html, md, txt, written, values } = draw.one(placings)(draw, locale);
  const tag = tagOf(at);
  const form = draw.one(["html", "md", "txt"] as const);
  const [before = "", after = ""] = draw.some(locale.around, 2);
  const sentence = draw.one(locale.sentences).replace("{t}", tag);
  const paragraph = `${before} ${sentence.replace("{n}", () => ({ html, md, txt })[form])}. ${after}`;
  const lines = wrapped(paragraph, draw.integer(30, 90));
  const document =
    form === "html"
      ? `<!DOCTYPE html><html lang="${locale.locale}"><head><meta charset="utf-8"><title>${tag}</title></head><body><h1>${tag}</h1><p>${lines}</p></body></html>`
      : form === "md"
        ? `# ${tag}\n\n${lines}\n${md.includes("[^") ? "\n[^3]: As counted.\n" : ""}`
        : `${tag}\n\n${lines}\n`;
  return {
    id: `${at} ${kind} ${locale.locale}${told ? "" : " (not told)"} .${form}`,
    kind,
    locale: locale.locale,
    told,
    path: `number-${at}.${form}`,
    document,
    tag,
    written,
    values,
  };
}

/** `Aaab`, `Aaac`, …: a name without digits. */
function tagOf(at: number): string {
  const letters = [17_576, 676, 26, 1].map((place) => String.fromCharCode(97 + (Math.floor(at / place) % 26)));
  return `Tor${letters.join("")}`;
}

const same = (kind: string, text: string, numbers: readonly Written[]): Placed => ({
  kind,
  html: text,
  md: text,
  txt: text,
  written: numbers.map((one) => one.text),
  values: numbers.map(({ value }) => value),
});

/** With groups, so that a raised mark is no power. */
function long(draw: Draw, locale: NumberLocale): Written {
  const value = draw.integer(10_000, 9_999_999);
  return { text: inGroups(String(value), draw.one(locale.groups), locale.step), value };
}

/** Whole, with groups where it is long; one in four has decimals. Never 1: `1.` at a line's beginning opens a list in Markdown. */
function number(draw: Draw, locale: NumberLocale, decimals = draw.integer(0, 3) === 0 ? draw.integer(1, 2) : 0): Written {
  const whole = draw.integer(2, draw.one([9, 99, 999, 9_999, 99_999, 9_999_999, 999_999_999]));
  const part = Array.from({ length: decimals }, () => String(draw.integer(0, 9))).join("");
  const digits = String(whole);
  const grouped = whole >= 10_000 || (whole >= 1_000 && draw.integer(0, 3) > 0);
  const text = `${grouped ? inGroups(digits, draw.one(locale.groups), locale.step) : digits}${part === "" ? "" : locale.decimal + part}`;
  return { text, value: Number(part === "" ? digits : `${digits}.${part}`) };
}

export function inGroups(digits: string, mark: string, step: 2 | 3): string {
  let head = digits.slice(0, -3);
  let out = digits.slice(-3);
  while (head !== "") {
    out = `${head.slice(-step)}${mark}${out}`;
    head = head.slice(0, -step);
  }
  return out;
}

const noted = (kind: string, { text, value }: Written, html: string, md: string, txt: string): Placed => ({
  kind,
  html: text + html,
  md: text + md,
  txt: text + txt,
  written: [text],
  values: [value],
});

const placings: readonly ((draw: Draw, locale: NumberLocale) => Placed)[] = [
  (draw, locale) => {
    const one = number(draw, locale);
    return same("plain", one.text, [one]);
  },
  (draw, locale) => {
    const one = number(draw, locale);
    return same("unit", `${one.text}${draw.one([" ", NO_BREAK, "\u202f"])}${draw.one(UNITS)}`, [one]);
  },
  (draw, locale) => {
    const one = number(draw, locale);
    return same("percent", `${one.text}${draw.one(["%", " %", `${NO_BREAK}%`, "\u202f%"])}`, [one]);
  },
  (draw, locale) => {
    const one = number(draw, locale);
    return same(
      "currency",
      draw.one(locale.money).replace("#", () => one.text),
      [one],
    );
  },
  (draw, locale) => {
    const one = number(draw, locale);
    // A small number in square brackets is a reference mark to any reader.
    const square = one.value >= 1_000 ? [`[${one.text}]`] : [];
    return same("brackets", draw.one([`(${one.text})`, `“${one.text}”`, ...square]), [one]);
  },
  (draw, locale) => noted("footnote, raised", long(draw, locale), "<sup>3</sup>", "[^3]", "³"),
  (draw, locale) =>
    noted("footnote, linked", number(draw, locale), '<sup class="reference"><a href="#note-3">[3]</a></sup>', "[^3]", "[3]"),
  (draw, locale) => {
    const one = number(draw, locale);
    return noted("square metres", one, " m<sup>2</sup>", " m²", " m²");
  },
  (draw, locale) => {
    const [one, two] = [number(draw, locale, 0), number(draw, locale, 0)];
    return same("range, dash", `${one.text}${draw.one(["–", " – "])}${two.text}`, [one, two]);
  },
  (draw, locale) => {
    const [one, two] = [number(draw, locale), number(draw, locale)];
    const [before, word] = locale.between;
    return same("range, words", `${before} ${one.text} ${word} ${two.text}`, [one, two]);
  },
  (draw, locale) => {
    const [word, factor] = draw.one(locale.scales);
    const [whole, part] = [draw.integer(1, 99), draw.integer(1, 9)];
    const text = `${whole}${locale.decimal}${part}`;
    return { ...same("scale", `${text} ${word}`, []), written: [text], values: [Math.round((whole + part / 10) * factor)] };
  },
  (draw, locale) => {
    const one = number(draw, locale, 1);
    const minus = draw.one(["−", "-"]);
    return { ...same("below zero", `${minus}${one.text} °C`, []), written: [one.text], values: [-one.value] };
  },
  (draw, locale) => {
    const [whole, part, power] = [draw.integer(1, 9), draw.integer(1, 9), draw.integer(4, 9)];
    const text = `${whole}${locale.decimal}${part} × 10`;
    const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(power);
    return {
      kind: "power of ten",
      html: `${text}<sup>${power}</sup> kg`,
      md: `${text}${raised} kg`,
      txt: `${text}${raised} kg`,
      written: [text],
      values: [Math.round((whole + part / 10) * 10 ** power)],
    };
  },
  (draw) => {
    // Groups parted by a plain space: to be read whole or refused, never in parts.
    const one = draw.integer(1_000, 999_999);
    return same("groups by spaces", inGroups(String(one), " ", 3), [{ text: inGroups(String(one), " ", 3), value: one }]);
  },
  (draw, locale) => {
    // Three decimals look like a group.
    const [whole, part] = [draw.integer(1, 9), draw.integer(101, 989)];
    const text = `${whole}${locale.decimal}${part}`;
    return locale.decimal === ","
      ? same("decimals", `${text}5`, [{ text: `${text}5`, value: Number(`${whole}.${part}5`) }])
      : same("decimals like a group", text, [{ text, value: Number(`${whole}.${part}`) }]);
  },
  (draw, locale) => {
    const [one, off] = [number(draw, locale), draw.integer(2, 9)];
    return { ...same("margin", `${one.text}${draw.one([" ± ", "±", " +/- "])}${off} km`, []), written: [one.text], values: [one.value] };
  },
  (draw, locale) => {
    const digits = String(draw.integer(2, 9));
    const text = `${draw.one(["", "-", "−"])}${locale.decimal}${digits}`;
    const value = Number(`${/^[-−]/u.test(text) ? "-" : ""}0.${digits}`);
    return { ...same("point first", `${text} mm`, []), written: [`${locale.decimal}${digits}`], values: [value] };
  },
  (draw, locale) => {
    const one = number(draw, locale, 0);
    const dash = draw.one(["–", "‐", "‑", "﹣"]);
    return { ...same("below zero, other dashes", `${dash}${one.text} °C`, []), written: [one.text], values: [-one.value] };
  },
  (draw) => {
    const one = draw.integer(2, 99);
    const [letter = "", factor = 1] = draw.one([
      ["M", 1e6],
      ["B", 1e9],
      ["k", 1e3],
    ] as const);
    return { ...same("scale letter", `$${one}${letter}`, []), written: [String(one)], values: [one * factor] };
  },
  (draw) => {
    const [one, power] = [draw.integer(2, 9), draw.integer(2, 9)];
    return { ...same("exponent", `${one}${draw.one(["e", "E", "E+"])}${power} kg`, []), written: [], values: [one * 10 ** power] };
  },
  (draw) => {
    // Names a release, a place in a text, a ratio: nothing is counted.
    const parts = [draw.integer(2, 9), draw.integer(2, 9), draw.integer(2, 9)];
    const text = draw.one([parts.join("."), `${parts[0]}:${parts[1]}`]);
    return { ...same("version or ratio", text, []), written: [text], values: [] };
  },
  (draw, locale) => {
    const one = number(draw, locale);
    return same("per mille", `${one.text}${draw.one([" ‰", "‰"])}`, [one]);
  },
  (draw) => {
    const power = draw.integer(4, 9);
    const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(power);
    const html = draw.one([
      `<math><msup><mn>10</mn><mn>${power}</mn></msup></math>`,
      `10<span style="vertical-align: super">${power}</span>`,
      `\\(10^{${power}}\\)`,
    ]);
    const md = draw.one([`$10^{${power}}$`, `10^${power}^`, `10<sup>${power}</sup>`]);
    const txt = draw.one([`10^${power}`, `10${raised}`]);
    return { kind: "power in a formula", html: `${html} kg`, md: `${md} kg`, txt: `${txt} kg`, written: ["10"], values: [10 ** power] };
  },
];
