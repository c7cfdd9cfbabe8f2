// A mail server for tests: npm's smtp-server, which knows nothing of Vestibule.
//   node end2end/smtp/server.mjs [--security none|starttls|tls] [--user USER --password PASSWORD] [--host HOST] [--port PORT]
//
// It listens on loopback, without --port where nobody else does. Its first line on standard output is
//   {"port":…,"ca":"the file of the certificate authority that its certificate is from"}
// and then there is one for each mail that it has taken, written before it says so to whoever brought the mail:
//   {"to":[…],"from":…,"user":…,"session":…,"subject":…,"text":…,"html":…,"headers":{…}}
// A line on standard input says how it behaves from then on, and is answered with {"behaviour":…}:
//   accept             takes what comes (the beginning)
//   refuse-recipients  550 to every recipient
//   busy               451 to every recipient
//   drop               hangs up in the middle of a mail
//   silent             takes connections and never answers
//   hang-up            closes the connections that there are, and behaves as before
// It ends with its standard input.
//
// ca.pem, certificate.pem and key.pem were made with openssl for localhost, 127.0.0.1 and ::1, and last until 2126. The
// authority's own key is thrown away.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

const { values: options } = parseArgs({
  options: {
    security: { type: "string", default: "none" },
    user: { type: "string" },
    password: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
  },
});
if (!["none", "starttls", "tls"].includes(options.security)) throw new Error("--security is none, starttls or tls");

const BEHAVIOURS = ["accept", "refuse-recipients", "busy", "drop", "silent"];
let behaviour = "accept";
/** Every connection, by the port of whoever connected. */
const sockets = new Map();

const file = (name) => join(import.meta.dirname, name);
const say = (line) => console.log(JSON.stringify(line));

function refusal(responseCode, message) {
  return Object.assign(new Error(message), { responseCode });
}

/** Wraps a step, which has no answer while the server is silent. */
function unlessSilent(step) {
  return (...given) => {
    if (behaviour !== "silent") step(...given);
  };
}

function signIn({ username, password }, _session, answer) {
  if (username === options.user && password === options.password) return answer(null, { user: username });
  answer(refusal(535, "5.7.8 Authentication failed"));
}

function takeSender(_sender, session, answer) {
  if (options.security !== "none" && !session.secure) return answer(refusal(530, "5.7.0 Issue STARTTLS first"));
  answer();
}

function takeRecipient(_recipient, _session, answer) {
  if (behaviour === "refuse-recipients") return answer(refusal(550, "5.1.1 There is no such mailbox"));
  if (behaviour === "busy") return answer(refusal(451, "4.3.2 Come back later"));
  answer();
}

async function takeMail(stream, session, answer) {
  if (behaviour === "drop") return stream.once("data", () => sockets.get(session.remotePort)?.destroy());
  const { envelope } = session;
  const mail = await simpleParser(stream, { skipTextToHtml: true, skipHtmlToText: true });
  say({
    to: envelope.rcptTo.map((recipient) => recipient.address),
    from: envelope.mailFrom.address,
    user: session.user ?? null,
    session: session.id,
    subject: mail.subject,
    text: mail.text ?? null,
    html: mail.html || null,
    headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()])),
  });
  answer();
}

const server = new SMTPServer({
  secure: options.security === "tls",
  key: readFileSync(file("key.pem")),
  cert: readFileSync(file("certificate.pem")),
  disabledCommands: [
    ...(options.security === "starttls" ? [] : ["STARTTLS"]),
    ...(options.user === undefined ? ["AUTH"] : []),
  ],
  allowInsecureAuth: options.security === "none",
  disableReverseLookup: true,
  onConnect: unlessSilent((_session, answer) => answer()),
  onAuth: unlessSilent(signIn),
  onMailFrom: unlessSilent(takeSender),
  onRcptTo: unlessSilent(takeRecipient),
  onData: takeMail,
});
// A client that goes away is what the tests are about.
server.on("error", () => {});
server.server.on("connection", (socket) => {
  const { remotePort } = socket;
  sockets.set(remotePort, socket);
  socket.once("close", () => sockets.delete(remotePort));
});
server.listen(Number(options.port), options.host, () =>
  say({ port: server.server.address().port, ca: file("ca.pem") }),
);

const commands = createInterface(process.stdin);
commands.on("line", (command) => {
  if (command === "hang-up") for (const socket of sockets.values()) socket.destroy();
  else if (BEHAVIOURS.includes(command)) behaviour = command;
  else throw new Error(`${command} is none of: ${BEHAVIOURS.join(", ")}, hang-up`);
  say({ behaviour });
});
commands.on("close", () => process.exit());
