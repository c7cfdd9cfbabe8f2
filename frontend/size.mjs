// Fails when the first load of the sign-in page, compressed with brotli, is over its budget.
// Counts every file of these kinds in dist/, since the page loads them all.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const budget = 200_000; // bytes
const loaded = new Set([".css", ".html", ".js", ".svg", ".wasm"]);

/** Bytes on the wire: of the file that lies beside, or for a page what the server's own compression comes to. */
function compressed(path) {
  if (extname(path) === ".html") return brotliCompressSync(readFileSync(path)).length;
  if (existsSync(`${path}.br`)) return statSync(`${path}.br`).size;
  console.error(`${path}.br is missing: run frontend/build.sh`);
  process.exit(1);
}

const rows = readdirSync("dist", { recursive: true })
  .filter((name) => loaded.has(extname(name)))
  .map((name) => ({ name, size: statSync(join("dist", name)).size, brotli: compressed(join("dist", name)) }))
  .sort((a, b) => b.brotli - a.brotli);
const total = rows.reduce((sum, row) => sum + row.brotli, 0);

const print = (name, size, brotli) => console.log(`${name.padEnd(48)}${size.padStart(12)}${brotli.padStart(12)}`);
const bytes = (number) => number.toLocaleString("en");
print("First load, bytes", "built", "brotli");
for (const row of rows) print(row.name, bytes(row.size), bytes(row.brotli));
print(`together (at most ${bytes(budget)})`, "", bytes(total));

if (total > budget) {
  console.error(`The first load is ${bytes(total - budget)} bytes over its budget.`);
  process.exit(1);
}
