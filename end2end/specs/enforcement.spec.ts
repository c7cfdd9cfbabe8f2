import type { Page } from "@playwright/test";

import type { Company, People, Person } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { setUpWhatIsRequired, toProfile } from "../pages/flows";
import { EnterPassword, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { Profile } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

const WHY = "Harbour Build now requires two-factor authentication. Enter your password to go on.";

/** Somebody who is signed in, on a page from which the next click asks the server. */
async function onTheWay(page: Page, people: People): Promise<{ person: Person; company: Company }> {
  const company = await people.company("Harbour Build", { voluntary: true });
  const person = await people.member([company]);
  const profile = await toProfile(page, person);
  await profile.addApp.click();
  await expect(new EnterPassword(page).heading).toBeVisible();
  return { person, company };
}

const back = (page: Page): Promise<void> => page.getByRole("link", { name: "Back to Password & Security" }).click();

test("a requirement holds from the next click of somebody who is signed in, who then gets to the page", async ({
  page,
  people,
  server,
  failures,
}) => {
  const { person, company } = await onTheWay(page, people);
  await people.require(company, "now");

  failures.expect("/api/security 403");
  await back(page);
  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeVisible();
  await expect(page).toHaveURL("/sign-in?return=/profile/security");
  await expect(page.getByText(WHY)).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  await signIn.password.fill(person.password);
  await signIn.continue.click();

  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page.getByText("Harbour Build has required this since")).toBeVisible();
  await setUpWhatIsRequired(page, server);
  await expect(page).toHaveURL("/profile/security");
});

test("a requirement that is taken back frees people before they give their password", async ({ page, people, failures }) => {
  const { company } = await onTheWay(page, people);
  await people.require(company, "now");
  failures.expect("/api/security 403");
  await back(page);
  await expect(page.getByText(WHY)).toBeVisible();

  await people.free(company);
  await page.reload();
  // The session that waited is one that is signed in again.
  await page.getByRole("button", { name: "Continue as Anna Berg" }).click();
  const profile = new Profile(page);
  await expect(profile.heading).toBeVisible();
  await expect(profile.section("Authenticator app")).toContainText("Not set up");
});

test("a requirement that is taken back frees people in the middle of the set-up", async ({ page, people }) => {
  const company = await people.company("Harbour Build", { requires: "now", voluntary: true });
  const person = await people.member([company]);
  await new SignIn(page).signIn(person);
  await expect(new Required(page).heading).toBeVisible();
  await people.free(company);
  await page.reload();
  await expect(new Profile(page).heading).toBeVisible();
});

test("a set-up that is open in the profile goes on without asking again", async ({ page, people, server }) => {
  const { person, company } = await onTheWay(page, people);
  await new EnterPassword(page).enter(person.password);
  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeVisible();
  const key = await secure.scanKey();
  await people.require(company, "now");
  await page.reload();
  await expect(secure.heading).toBeVisible();
  expect(await secure.scanKey()).toBe(key);
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  await expect(save.heading).toBeVisible();
  await save.confirm();
  await expect(new Profile(page).status).toHaveText("Authenticator app added. Other devices were signed out.");
});

test("somebody else than the person who is asked for the password can make room for themselves", async ({ page, people, failures }) => {
  const { company } = await onTheWay(page, people);
  await people.require(company, "now");
  failures.expect("/api/security 403");
  await back(page);
  await page.getByRole("button", { name: "Sign Out" }).click();
  await expect(page.getByText(WHY)).toBeHidden();
  await expect(new SignIn(page).email).toHaveValue("");
});
