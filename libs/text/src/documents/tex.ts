import { inBrackets, indexOf, powerOf } from "./html/scripts.ts";

const NAMES: Readonly<Record<string, string>> = {
  times: "×",
  cdot: "·",
  pm: "±",
  mp: "∓",
  div: "÷",
  approx: "≈",
  sim: "~",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ne: "≠",
  neq: "≠",
  to: "→",
  rightarrow: "→",
  infty: "∞",
  circ: "°",
  degree: "°",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  Delta: "Δ",
  lambda: "λ",
  mu: "µ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  theta: "θ",
  omega: "ω",
  Omega: "Ω",
  ldots: "…",
  dots: "…",
};
/** What stands between dollars is a formula where it has a mark of one; "$5 and $7" are sums of money. Code is passed by. */
const FORMULA =
  /(?<code>(?<tick>`+)(?!`)[\s\S]*?(?<!`)\k<tick>(?!`))|\\\((?<round>.+?)\\\)|\\\[(?<square>[\s\S]+?)\\\]|\$\$(?<shown>[^$]+)\$\$|(?<![\p{N}\p{L}$\\])\$(?<inline>(?=\S)[^$\n]*?[\^_\\{][^$\n]*?(?<=\S))\$(?![\p{N}$])/gu;

/** A text with the TeX formulas in it written out on one line: `$10^{4}$` is `10⁴`. */
export function withoutTex(text: string): string {
  return text.replaceAll(FORMULA, (whole: string, ...rest: unknown[]) => {
    const { code, round, square, shown, inline } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const formula = round ?? square ?? shown ?? inline;
    return code !== undefined || formula === undefined ? whole : lineOf(formula);
  });
}

function lineOf(formula: string): string {
  let at = 0;
  let line = "";
  const argument = (): string => {
    while (formula[at] === " ") at++;
    if (formula[at] === "{") {
      at++;
      return group();
    }
    if (formula[at] === "\\") return command();
    return formula[at++] ?? "";
  };
  const group = (): string => {
    const outer = line;
    line = "";
    while (at < formula.length && formula[at] !== "}") step();
    at++;
    const inner = line;
    line = outer;
    return inner;
  };
  const command = (): string => {
    const name = /^\\(?:[A-Za-z]+ ?|[^A-Za-z])/u.exec(formula.slice(at))?.[0] ?? "\\";
    at += name.length;
    const word = name.slice(1).trim();
    if (/^[,;: !]$/u.test(word) || word === "quad" || word === "qquad") return word === "!" ? "" : " ";
    if (/^[%$&#_{}]$/u.test(word)) return word;
    if (/^[dt]?frac$/u.test(word)) return `${inBrackets(argument())}/${inBrackets(argument())}`;
    if (word === "sqrt") return `√${inBrackets(argument())}`;
    if (/^(?:text|mathrm|mathbf|mathit|operatorname|ce|mbox|displaystyle|textstyle|boldsymbol)$/u.test(word))
      return word.endsWith("style") ? "" : argument();
    if (/^(?:times|cdot|pm|mp|div|approx|leq?|geq?|neq?|to|rightarrow)$/u.test(word)) return ` ${NAMES[word]} `;
    return NAMES[word] ?? (/^(?:left|right|big|Big)$/u.test(word) ? "" : word);
  };
  const step = (): void => {
    const one = formula[at] ?? "";
    if (one === "^" || one === "_") {
      at++;
      const script = argument().trim();
      line += one === "_" ? indexOf(script, line) : script === "°" ? script : powerOf(script);
    } else if (one === "{") {
      at++;
      line += group();
    } else if (one === "\\") line += command();
    else {
      line += one === "~" ? " " : one;
      at++;
    }
  };
  while (at < formula.length) {
    step();
    if (formula[at] === "}") at++;
  }
  return line.replaceAll(/\s+/gu, " ").trim();
}
