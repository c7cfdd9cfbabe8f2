// Puts the pictures of a folder side by side: node pictures/contact-sheet.mjs FOLDER
// Makes FOLDER/index.html, and a sheet as a picture for each width, theme and dozen or so of states.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node pictures/contact-sheet.mjs FOLDER");

/** Pictures beside each other, and in all, of a sheet; a sheet that is too high is no picture any more. */
const layout = { 390: { columns: 8, most: 24, shown: 230 }, 768: { columns: 5, most: 15, shown: 370 }, 1280: { columns: 4, most: 16, shown: 470 } };

const pictures = readdirSync(folder)
  .map((file) => ({ file, parts: /^(.*)-(\d+)-(\d+)-(light|dark)\.png$/.exec(file) }))
  .filter(({ file, parts }) => parts !== null && !file.startsWith("sheet-"))
  .map(({ file, parts: [, state, number, width, theme] }) => ({ file, state, number: Number(number), width, theme }))
  .sort((a, b) => a.state.localeCompare(b.state) || a.number - b.number);

const figure = ({ file, state, number }, shown) =>
  `<figure><a href="${file}"><img src="${file}" width="${shown}" alt=""></a><figcaption>${state.replaceAll("-", " ")} ${number}</figcaption></figure>`;
const page = (columns, figures) => `<!doctype html><meta charset="utf-8"><title>Screens</title>
<style>body{margin:16px;background:#888;font:12px system-ui}main{display:grid;grid-template-columns:repeat(${columns},max-content);gap:16px;align-items:start}
figure{margin:0;max-width:min-content}img{display:block;border:1px solid #555}figcaption{padding:4px 0;color:#fff}</style><main>${figures}</main>`;

const all = [];
const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const [width, { columns, most, shown }] of Object.entries(layout)) {
  for (const theme of ["light", "dark"]) {
    const these = pictures.filter((picture) => picture.width === width && picture.theme === theme);
    all.push(...these.map((picture) => figure(picture, shown)));
    for (let first = 0; first < these.length; first += most) {
      const html = join(folder, "sheet.html");
      writeFileSync(html, page(columns, these.slice(first, first + most).map((picture) => figure(picture, shown)).join("")));
      const tab = await browser.newPage({ viewport: { width: columns * (shown + 18) + 32, height: 800 } });
      await tab.goto(pathToFileURL(resolve(html)).href);
      await tab.screenshot({ path: join(folder, `sheet-${width}-${theme}-${first / most + 1}.png`), fullPage: true });
      await tab.close();
    }
  }
}
await browser.close();
rmSync(join(folder, "sheet.html"), { force: true });
writeFileSync(join(folder, "index.html"), page(6, all.join("")));
console.log(`${pictures.length} pictures: ${join(folder, "index.html")}, and sheets beside it.`);
