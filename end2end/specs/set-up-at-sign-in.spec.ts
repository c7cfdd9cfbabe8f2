import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";
import { PASSED } from "../fixtures/people";
import { toSaveCode, toSecureAccount } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test("a member whose company's date has passed sets up an authenticator app and is in", async ({ page, people, server, mails }) => {
  const person = await people.asked();

  const signIn = new SignIn(page);
  await signIn.goto("/");
  await expect(page).toHaveURL("/sign-in");
  await expect(page).toHaveTitle("Sign in · Vestibule");
  await signIn.fillIn(person);
  await signIn.continue.click();

  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page).toHaveTitle("Two-Factor Authentication Required · Vestibule");
  await expect(page.getByText(`Harbour Build has required this since ${PASSED.day}.`)).toBeVisible();
  await expect(required.signOut).toBeVisible();
  await required.setUpNow.click();

  const method = new Method(page);
  await expect(method.heading).toBeFocused();
  await expect(page).toHaveTitle("Select an Authentication Method · Vestibule");
  await expect(page.getByText("Works without signal. Also on a computer.")).toBeVisible();
  await method.app.check();
  await method.continue.click();

  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeFocused();
  await expect(page).toHaveTitle("Secure your Account · Vestibule");
  const app = await secure.addToApp(server);
  await secure.enter(app.code());

  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  await expect(page).toHaveTitle("Save Your Recovery Code · Vestibule");
  expect((await save.shown()).replaceAll(" ", "")).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  await expect(page.getByText("If you lose both, only your company's administrator can help.")).toBeVisible();
  await save.confirm();

  const profile = new Profile(page);
  await expect(profile.heading).toBeFocused();
  await expect(page).toHaveURL("/profile/security");
  await expect(page).toHaveTitle("Password & Security · Vestibule");
  await expect(profile.changeApp).toBeVisible();
  await expect(profile.section("Authenticator app")).toContainText("On");
  await expect(profile.section("Account Recovery Code")).toContainText("Saved");

  const notices = await mails(person.email, 2);
  expect(notices.map((mail) => mail.subject)).toEqual([
    "Vestibule: Authenticator app added",
    "Vestibule: New recovery code saved",
  ]);
});

test("every company that asks is named, with its date or its reason", async ({ page, people }) => {
  const harbour = await people.company("Harbour Build", { requires: PASSED.from });
  const pier = await people.company("Pier & Sons", { requires: "2025-06-10T09:00" });
  const person = await people.member([harbour, pier], { payments: true });
  await new SignIn(page).signIn(person);
  const reasons = page.getByRole("listitem");
  await expect(reasons.filter({ hasText: "Harbour Build" }).first()).toBeVisible();
  await expect(reasons.filter({ hasText: "Pier & Sons" }).first()).toBeVisible();
});

test("the QR code, the setup key and the link hold the same secret", async ({ page, context, people, isMobile }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const person = await people.asked();
  const secure = await toSecureAccount(page, person);

  const scanned = await secure.scan();
  expect(scanned.protocol).toBe("otpauth:");
  expect(scanned.host).toBe("totp");
  expect(decodeURIComponent(scanned.pathname)).toBe(`/Vestibule:${person.email}`);
  expect(scanned.searchParams.get("issuer")).toBe("Vestibule");
  const secret = scanned.searchParams.get("secret") ?? "";

  await expect(secure.key).toBeHidden();
  await expect(secure.showKey).toHaveText(isMobile ? "Trouble Scanning" : "Get a Setup Key");
  await secure.showKey.click();
  await expect(secure.showKey).toHaveAttribute("aria-expanded", "true");
  expect((await secure.key.innerText()).trim().split(/\s+/)).toEqual(secret.match(/.{4}/g));
  await expect(page.getByText("Time-based, 6 digits, every 30 seconds")).toBeVisible();

  await page.getByRole("button", { name: "Copy Key" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);

  const link = page.getByRole("link", { name: "Open in authenticator app" });
  if (isMobile) await expect(link).toHaveAttribute("href", scanned.href);
  else await expect(link).toBeHidden();

  await expect(page.getByText(`Vestibule (${person.email})`)).toBeVisible();
  const why = page.getByText("must be scanned from within the authenticator app");
  await expect(why).toBeHidden();
  await page.getByText("Why isn't my phone's camera scanning the QR code?").click();
  await expect(why).toBeVisible();
});

test("the QR code can be read in the dark", async ({ page, people }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  const secure = await toSecureAccount(page, await people.asked());
  expect((await secure.scan()).protocol).toBe("otpauth:");
});

test("a wrong code in the set-up says what to do, and only Continue sends", async ({ page, people, server, failures }) => {
  const secure = await toSecureAccount(page, await people.asked());
  const app = await secure.addToApp(server);
  const confirmed: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/confirm_app")) confirmed.push(request.url());
  });

  await secure.code.pressSequentially("12345");
  await secure.continue.click();
  await expect(page.getByText("Enter the 6 digits of the code.")).toBeVisible();
  await expect(secure.code).toBeFocused();
  await expect(page).toHaveTitle("Error: Secure your Account · Vestibule");
  expect(confirmed).toHaveLength(0);

  failures.expect("/api/confirm_app 422");
  await secure.code.fill("");
  await secure.code.pressSequentially(app.wrongCode());
  expect(confirmed).toHaveLength(0);
  await secure.continue.click();
  await expect(page.getByText("That code didn't match. Wait for the next one and enter it.")).toBeVisible();
  await expect(secure.code).toBeFocused();
  await expect(secure.code).toHaveAttribute("aria-invalid", "true");
  expect(confirmed).toHaveLength(1);

  failures.expect("/api/confirm_app 422");
  await secure.enter(app.codeOff(-240));
  await expect(page.getByText("The clock of the device with your app is 4 minutes slow.")).toBeVisible();

  await secure.enter(app.code());
  await expect(new SaveCode(page).heading).toBeVisible();
});

test("the recovery code can be copied, downloaded and printed", async ({ page, context, people, server }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.addInitScript(() => {
    window.print = () => document.documentElement.setAttribute("data-printed", "");
  });
  const person = await people.asked();
  const { save } = await toSaveCode(page, person, server);
  const code = await save.shown();

  await save.copy.click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);

  const downloading = page.waitForEvent("download");
  await save.download.click();
  const file = await downloading;
  const name = file.suggestedFilename();
  expect(name).toMatch(/^vestibule-recovery-code-.*-\d{4}-\d\d-\d\d\.txt$/);
  expect(name).toContain(person.email);
  const text = await readFile(await file.path(), "utf8");
  const created = (await page.getByText(/^Created \d/).innerText()).replace("Created ", "");
  for (const part of ["Vestibule", person.email, created, code]) expect(text).toContain(part);

  await expect(page.getByText("Downloaded")).toBeAttached();

  await save.print.click();
  await expect(page.locator("html")).toHaveAttribute("data-printed", "");
  await page.emulateMedia({ media: "print" });
  const paper = await page.locator("body").innerText();
  for (const part of ["Vestibule", person.email, created]) expect(paper).toContain(part);
  expect(paper.replaceAll(/\s+/g, " ")).toContain(code);
  for (const part of ["Continue", "Print", "Download", "Securely", "administrator"]) expect(paper).not.toContain(part);
});

test("Continue before ticking the box says so and goes to the box", async ({ page, people, server }) => {
  const { save } = await toSaveCode(page, await people.asked(), server);
  await expect(save.continue).toHaveAttribute("aria-disabled", "true");
  await save.continue.click({ force: true });
  await expect(page.getByText("Tick the box when you have saved the code")).toBeVisible();
  await expect(save.saved).toBeFocused();
  await expect(page).toHaveTitle("Error: Save Your Recovery Code · Vestibule");
  await save.saved.check();
  await expect(page.getByText("Tick the box when you have saved the code")).toBeHidden();
  await expect(save.continue).not.toHaveAttribute("aria-disabled", "true");
  await save.continue.click();
  await expect(new Profile(page).heading).toBeVisible();
});

test("somebody who signs out on the way is asked again at the next sign-in", async ({ page, people }) => {
  const person = await people.asked();
  await toSecureAccount(page, person);
  await page.goBack();
  await page.goBack();
  const required = new Required(page);
  await expect(required.heading).toBeVisible();
  await required.signOut.click();
  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeVisible();
  await expect(signIn.email).toHaveValue("");
  await signIn.signIn(person);
  await expect(required.heading).toBeVisible();
});
