// Writes a .br and a .gz beside the files of dist/ that compress well.
// Only adds files: the built ones stand in the pages with their hashes. The pages themselves are left to the server, which
// fills in the product's name before it compresses.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const compressible = new Set([".css", ".js", ".svg", ".wasm"]);

for (const name of readdirSync("dist", { recursive: true })) {
  if (!compressible.has(extname(name))) continue;
  const path = join("dist", name);
  const bytes = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}
