// Twilio's API as Twilio's own specification has it, for tests: npm's Prism serves the OpenAPI file that Twilio's
// command line carries. A request that the file does not allow is answered with 4xx.
//   node end2end/gateway/prism.mjs
//
// It listens on loopback, where nobody else does. Its first line on standard output is
//   {"port":…,"parameters":[the names that a message may have; Prism overlooks others]}
// and what is wrong with a request goes to standard error. It ends with its standard input.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
const ACCOUNT = "/2010-04-01/Accounts/{Sid}.json";

const { resolve } = createRequire(import.meta.url);
const published = resolve("@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json");
const whole = JSON.parse(readFileSync(published, "utf8"));
const message = whole.paths[MESSAGES].post.requestBody.content["application/x-www-form-urlencoded"].schema;
const parameters = Object.keys(message.properties);

// What we ask for alone; the whole API would take several seconds more to begin.
const folder = mkdtempSync(join(tmpdir(), "prism-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const file = join(folder, "twilio.json");
const paths = { [MESSAGES]: whole.paths[MESSAGES], [ACCOUNT]: whole.paths[ACCOUNT] };
writeFileSync(file, JSON.stringify({ ...whole, paths }));

const command = [resolve("@stoplight/prism-cli"), "mock", "--host", "127.0.0.1", "--port", "0", file];
const prism = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
prism.on("exit", (code) => process.exit(code ?? 1));
process.on("exit", () => prism.kill());
createInterface(prism.stdout).on("line", (line) => {
  const listening = line.match(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
  if (listening) console.log(JSON.stringify({ port: Number(listening[1]), parameters }));
  if (line.includes("error")) console.error(line);
});
process.stdin.on("close", () => process.exit()).resume();
