import { expect, it } from "vitest";
import { readDocument } from "./document.ts";

const read = async (path: string, bytes: string): Promise<string> => (await readDocument({ path, bytes })).text;

it.each([
  ["a power in MathML", "<math><msup><mn>10</mn><mn>4</mn></msup></math> kg", "10⁴ kg"],
  ["a power below zero", "<math><mn>3.2</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup></math>", "3.2 × 10⁻⁵"],
  ["a fraction", "<math><mfrac><mn>1</mn><mrow><mi>n</mi><mo>+</mo><mn>2</mn></mrow></mfrac></math>", "1/(n+2)"],
  ["a sum that is raised", "<math><msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>k</mi></msup></math>", "(a+b)^k"],
  ["indexes", "<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>", "x₁²"],
  [
    "a formula and its source once",
    '<span class="katex"><span class="katex-mathml"><math><semantics><msup><mn>10</mn><mn>4</mn></msup><annotation>10^4</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">104</span></span> kg',
    "10⁴ kg",
  ],
  [
    "a formula that is hidden behind its picture",
    '<span class="mwe-math-element"><span style="display: none;"><math><msup><mn>10</mn><mn>4</mn></msup></math></span><img alt="10^4"></span> kg',
    "10⁴ kg",
  ],
  ["TeX", "\\(10^{-4}\\) kg and $\\frac{1}{2}$", "10⁻⁴ kg and 1/2"],
  ["what a style raises and lowers", '10<span style="vertical-align: super">4</span> CO<span class="subscript">2</span>', "10⁴ CO2"],
  ["a power behind a space, and one that counts", "10 <sup>4</sup> and 5<sup>2</sup>=25", "10 ⁴ and 5²=25"],
])("a page keeps %s", async (_, html, wanted) => {
  expect(await read("a.html", `<p>It is ${html} in all.</p>`)).toBe(`It is ${wanted} in all.`);
});

it.each([
  ["lowered text", "H~2~O and CO~2~", "H2O and CO2"],
  ["raised text", "10^4^ kg on 12 m^2^ and the 1^st^ day", "10⁴ kg on 12 m² and the 1st day"],
  ["what is struck struck", "at ~5~ 6 euros, ~~no~~ yes, ~5 km or ~7 km", "at 6 euros, yes, ~5 km or ~7 km"],
  ["TeX", "$3.2 \\times 10^{5}$ kg of $\\mathrm{CO}_2$, $$x^2$$ and \\(10^6\\)", "3.2 × 10⁵ kg of CO2, x² and 10⁶"],
  ["money and code as they are", "$5_000 and $7, or `$a^b$` and `x^2^`", "$5_000 and $7, or $a^b$ and x^2^"],
])("Markdown keeps %s", async (_, text, wanted) => {
  expect(await read("a.md", `It is ${text} in all.`)).toBe(`It is ${wanted} in all.`);
});
