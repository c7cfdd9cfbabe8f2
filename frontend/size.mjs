// Fails when what a page loads, compressed with brotli, is over its budget.
// Counts the page and the files that stand in it. What the door fetches ahead for the house is the house's.
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** The first is the first load, which is waited for at the door. */
const pages = [
  { title: "First load", page: "index.html", budget: 200_000 },
  { title: "Behind the doors", page: "house.html", budget: 330_000 },
];
const loaded = new Set([".css", ".html", ".js", ".svg", ".wasm"]);

/** The names of the page and of what it loads: whatever stands there in quotes and looks like a path of such a file. */
function files(page) {
  const html = readFileSync(join("dist", page), "utf8");
  const named = [...html.matchAll(/["']\/([^"'\s]+)["']/g)].map(([, name]) => name);
  return [...new Set([page, ...named])].filter((name) => loaded.has(extname(name)));
}

/** Bytes on the wire: of the file that lies beside, or for a page what the server's own compression comes to. */
function compressed(path) {
  if (extname(path) === ".html") return brotliCompressSync(readFileSync(path)).length;
  if (existsSync(`${path}.br`)) return statSync(`${path}.br`).size;
  console.error(`${path}.br is missing: run frontend/build.sh`);
  process.exit(1);
}

const print = (name, size, brotli) => console.log(`${name.padEnd(48)}${size.padStart(12)}${brotli.padStart(12)}`);
const bytes = (number) => number.toLocaleString("en");

// The empty page that `make bench` compares with has no house.
for (const { title, page, budget } of pages.filter(({ page }, at) => at === 0 || existsSync(join("dist", page)))) {
  const rows = files(page)
    .map((name) => ({ name, size: statSync(join("dist", name)).size, brotli: compressed(join("dist", name)) }))
    .sort((a, b) => b.brotli - a.brotli);
  const total = rows.reduce((sum, row) => sum + row.brotli, 0);
  print(`${title}, bytes`, "built", "brotli");
  for (const row of rows) print(row.name, bytes(row.size), bytes(row.brotli));
  print(`together (at most ${bytes(budget)})`, "", bytes(total));
  if (total > budget) {
    console.error(`${title}: ${bytes(total - budget)} bytes over the budget.`);
    process.exitCode = 1;
  }
}
