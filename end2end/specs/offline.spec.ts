import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { toChallenge, toProfile, toSecureAccount } from "../pages/flows";
import { Profile } from "../pages/profile";
import { EnterPassword, SaveCode } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const NO_CONNECTION = "No connection. What you typed is still here.";

/** The connection is lost, once everything that the page loads ahead of time is there. */
async function loseConnection(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.context().setOffline(true);
}

test("a sign-in without a connection keeps what was typed, and goes on with Try Again", async ({ page, context, people, failures }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto();
  await signIn.fillIn(person);
  await loseConnection(page);
  failures.expect("/api/sign_in net::ERR_INTERNET_DISCONNECTED");
  await signIn.continue.click();
  await expect(page.getByRole("status").filter({ hasText: NO_CONNECTION })).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue(person.password);
  const again = page.getByRole("button", { name: "Try Again" });
  await expect(again, "the focus stays where it was").toBeFocused();

  await context.setOffline(false);
  await again.click();
  await expect(new Profile(page).heading).toBeVisible();
});

test("a code that was not sent is still there, and is sent by Try Again", async ({ page, context, people, failures }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  await loseConnection(page);
  const code = person.app.code();
  failures.expect("/api/challenge_app net::ERR_INTERNET_DISCONNECTED");
  await challenge.enter(code);
  await expect(page.getByText(NO_CONNECTION)).toBeVisible();
  await expect(challenge.code).toHaveValue(code);
  await expect(challenge.code).toBeFocused();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(new Profile(page).heading).toBeVisible();
});

test("a code whose answer was lost is not sent a second time", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  let sent = 0;
  await page.route("**/api/challenge_app", async (route) => {
    sent += 1;
    await route.fetch();
    await route.abort("connectionreset");
  });
  failures.expect("/api/challenge_app net::ERR_CONNECTION_RESET");
  await challenge.enter(person.app.code());
  await expect(page.getByText(NO_CONNECTION)).toBeVisible();
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(challenge.heading).toBeHidden();
  expect(sent).toBe(1);
});

test("a verification code in the set-up survives a lost connection", async ({ page, context, people, server, failures }) => {
  const secure = await toSecureAccount(page, await people.asked());
  const app = await secure.addToApp(server);
  await loseConnection(page);
  const code = app.code();
  failures.expect("/api/confirm_app net::ERR_INTERNET_DISCONNECTED");
  await secure.enter(code);
  await expect(page.getByText(NO_CONNECTION)).toBeVisible();
  await expect(secure.code).toHaveValue(code);
  await expect(secure.qrCode).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(new SaveCode(page).heading).toBeVisible();
});

test("a page that cannot be loaded says so, and does not look empty", async ({ page, context, people, failures }) => {
  const profile = await toProfile(page, await people.unasked());
  await loseConnection(page);
  failures.expect("/api/app_set_up net::ERR_INTERNET_DISCONNECTED");
  await profile.addApp.click();
  await expect(page.getByRole("heading", { name: "This page could not be loaded" })).toBeFocused();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(new EnterPassword(page).heading).toBeVisible();
});

test("the first door works although the server did not answer at first", async ({ page, people, failures }) => {
  const person = await people.unasked();
  let refused = false;
  await page.route("**/api/session", async (route) => {
    if (refused) return route.continue();
    refused = true;
    return route.abort("connectionrefused");
  });
  failures.expect("/api/session net::ERR_CONNECTION_REFUSED");
  await new SignIn(page).signIn(person);
  await expect(new Profile(page).heading).toBeVisible();
});
