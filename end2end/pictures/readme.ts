// The README's pictures: real pages, with people of the demonstration. Codes and dates differ each time.
import { resolve } from "node:path";

import { type Browser, expect, type Page, test } from "@playwright/test";

import { desktop, phone } from "../fixtures/browser";
import { type DemoPerson, Server } from "../fixtures/server";
import { toChallenge, toSecureAccount } from "../pages/flows";
import { Profile } from "../pages/profile";
import { SaveCode } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const folder = resolve(import.meta.dirname, "../../docs/pictures");

let server: Server;
let people: DemoPerson[];

test.beforeAll(async () => {
  ({ server, people } = await Server.demo());
});

test.afterAll(async () => server.stop());

function person(about: string): DemoPerson {
  const found = people.find((one) => one.about === about);
  if (found === undefined) throw new Error(`The demonstration has nobody who is ${about}.`);
  return found;
}

async function open(browser: Browser, window: object, colorScheme: "light" | "dark"): Promise<Page> {
  const context = await browser.newContext({ ...window, colorScheme, baseURL: server.url });
  return context.newPage();
}

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
}

/** Sharp enough where the README shows it, and small. */
const small = { ...phone, deviceScaleFactor: 1.5 };

test("pictures", async ({ browser }) => {
  const anna = person("a member whose company's date has passed, without MFA");

  const onPhone = await open(browser, small, "light");
  const signIn = new SignIn(onPhone);
  await signIn.goto();
  await signIn.email.fill(anna.email);
  await picture(onPhone, "sign-in-phone");
  const secure = await toSecureAccount(onPhone, anna);
  await picture(onPhone, "secure-your-account-phone");
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(onPhone);
  await expect(save.code).toBeVisible();
  await onPhone.emulateMedia({ colorScheme: "dark" });
  await picture(onPhone, "save-recovery-code-phone");
  await save.confirm();
  await new Profile(onPhone).expectWhole();
  await picture(onPhone, "password-and-security-phone");

  const onComputer = await open(browser, desktop, "light");
  const challenge = await toChallenge(onComputer, anna);
  await challenge.enter(app.code());
  await new Profile(onComputer).expectWhole();
  await picture(onComputer, "password-and-security");
});
