// A gateway for text messages, for tests: Twilio's, as far as a message needs it, and an operator's own.
//   node end2end/gateway/server.mjs [--security none|tls] [--account SID --token TOKEN] [--secret SECRET] [--port PORT]
//
// It listens on loopback, without --port where nobody else does. Its first line on standard output is
//   {"port":…,"ca":"the file of the certificate authority that its certificate is from"}
// and then there is one for each message that it has taken, written before it says so to whoever brought the message:
//   {"path":…,"form":{…}}                           for Twilio's gateway, which asks for account and token
//   {"path":…,"json":{…},"timestamp":…,"signed":…}  for an operator's own; signed: whether the signature is right
// A line on standard input says how it behaves from then on, and is answered with {"behaviour":…}:
//   accept             takes what comes (the beginning)
//   status S [CODE]    answers with the status S and, as Twilio does, with an error of that code
//   reason WORD        answers as an operator's own gateway does that does not reach the recipient
//   flood              answers 400 and does not come to an end
//   drop               reads a message and hangs up
//   silent             takes connections and never says anything
//   swallow            takes messages and never answers
// The line `sign {"url":…,"form":{…}}` is answered with {"signature":…}, as Twilio signs what it reports. It ends with
// its standard input.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";

const { values: options } = parseArgs({
  options: {
    security: { type: "string", default: "none" },
    account: { type: "string" },
    token: { type: "string" },
    secret: { type: "string" },
    port: { type: "string", default: "0" },
  },
});
if (!["none", "tls"].includes(options.security)) throw new Error("--security is none or tls");

const BEHAVIOURS = ["accept", "status", "reason", "flood", "drop", "silent", "swallow"];
let behaviour = ["accept"];

// The mail server's certificate is for this machine, too.
const file = (name) => join(import.meta.dirname, "../smtp", name);
const say = (line) => console.log(JSON.stringify(line));

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", location: "/elsewhere" }).end(JSON.stringify(body));
}

/** Twilio quotes the number, which has no place in a log. */
function error(response, status, code) {
  const message = "The 'To' number +15005550006 is not a valid phone number.";
  answer(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

function isTwilio(request) {
  return request.url.startsWith("/2010-04-01/");
}

function mayCome(request) {
  const credentials = Buffer.from(`${options.account}:${options.token}`).toString("base64");
  return request.headers.authorization === `Basic ${credentials}`;
}

function taken(request, body) {
  if (isTwilio(request)) return { path: request.url, form: Object.fromEntries(new URLSearchParams(body)) };
  const timestamp = request.headers["x-vestibule-timestamp"];
  const right = createHmac("sha256", options.secret ?? "").update(`${timestamp}.${body}`).digest("hex");
  const signed = request.headers["x-vestibule-signature"] === `v1=${right}`;
  return { path: request.url, json: JSON.parse(body), timestamp: Number(timestamp), signed };
}

/** Goes on until whoever asked goes away. */
function flood(response) {
  const line = "x".repeat(64 * 1024);
  const more = () => {
    while (response.write(line));
  };
  response.writeHead(400, { "content-type": "text/plain" }).on("drain", more);
  more();
}

async function take(request, response) {
  const [kind, what, code] = behaviour;
  if (kind === "status") return error(response, Number(what), code && Number(code));
  if (kind === "reason") return answer(response, 422, { reason: what });
  if (kind === "flood") return flood(response);
  const body = await text(request);
  if (kind === "drop") return request.socket.destroy();
  if (isTwilio(request) && !mayCome(request)) return error(response, 401, 20003);
  if (request.method === "POST") say(taken(request, body));
  if (kind === "swallow") return;
  answer(response, request.method !== "POST" ? 200 : isTwilio(request) ? 201 : 202, { status: "queued" });
}

const web =
  options.security === "tls"
    ? createHttps({ key: readFileSync(file("key.pem")), cert: readFileSync(file("certificate.pem")) }, take)
    : createHttp(take);
const server = createTcp((socket) => {
  // A client that goes away is what the tests are about.
  socket.on("error", () => {});
  if (behaviour[0] !== "silent") web.emit("connection", socket);
});
server.listen(Number(options.port), "127.0.0.1", () => say({ port: server.address().port, ca: file("ca.pem") }));

const commands = createInterface(process.stdin);
commands.on("line", (line) => {
  const [command, ...rest] = line.split(" ");
  if (command === "sign") {
    const { url, form } = JSON.parse(rest.join(" "));
    return say({ signature: getExpectedTwilioSignature(options.token, url, form) });
  }
  if (!BEHAVIOURS.includes(command)) throw new Error(`${command} is none of: ${BEHAVIOURS.join(", ")}, sign`);
  behaviour = [command, ...rest];
  say({ behaviour: line });
});
commands.on("close", () => process.exit());
