import type { Page } from "@playwright/test";

import { expectAccessible } from "../fixtures/accessibility";
import { expect, test } from "../fixtures/test";
import { Profile } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

/** Holds the program back until it is called. */
async function holdProgram(page: Page): Promise<() => void> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("the sign-in card is there before the program, and what was typed stays", async ({ page, people }) => {
  const release = await holdProgram(page);
  const person = await people.unasked();
  await page.goto("/sign-in", { waitUntil: "commit" });
  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeVisible();
  await expect(signIn.continue).toBeDisabled();
  await signIn.email.pressSequentially(person.email);
  await signIn.password.pressSequentially(person.password);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  // The form cannot be sent yet.
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/sign-in");

  release();
  await expect(signIn.continue).toBeEnabled();
  await expect(signIn.email).toHaveCount(1);
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue(person.password);
  await expect(signIn.password).toBeFocused();
  expect(await signIn.password.evaluate((field: HTMLInputElement) => field.selectionStart)).toBe(1);
  await page.keyboard.press("Enter");
  await expect(new Profile(page).heading).toBeVisible();
});

test("the focus stays in the email field too", async ({ page }) => {
  const release = await holdProgram(page);
  await page.goto("/sign-in", { waitUntil: "commit" });
  const signIn = new SignIn(page);
  await signIn.email.pressSequentially("anna@exam");
  release();
  await expect(signIn.continue).toBeEnabled();
  await expect(signIn.email).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.type("ple.com");
  await expect(signIn.email).toHaveValue("anna@example.com");
});

test("the card looks the same before and after", async ({ page }) => {
  const release = await holdProgram(page);
  await page.goto("/sign-in", { waitUntil: "commit" });
  const signIn = new SignIn(page);
  const places = async (): Promise<unknown> =>
    Promise.all([signIn.heading, signIn.email, signIn.password, signIn.continue].map((one) => one.boundingBox()));
  await expect(signIn.heading).toBeVisible();
  await expectAccessible(page);
  const before = await places();
  release();
  await expect(signIn.continue).toBeEnabled();
  expect(await places()).toEqual(before);
});

test("other addresses do not show the card meanwhile", async ({ page, people }) => {
  await people.unasked();
  const release = await holdProgram(page);
  await page.goto("/profile/security", { waitUntil: "domcontentloaded" });
  await expect(new SignIn(page).email).toHaveCount(0);
  release();
  await expect(new SignIn(page).heading).toBeVisible();
});

test("what the page behind the doors loads is there by the time somebody is in", async ({ page, people }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto();
  await page.waitForLoadState("networkidle");
  await signIn.fillIn(person);
  await signIn.continue.click();
  await expect(new Profile(page).heading).toBeVisible();
  const sent = await page.evaluate(() => {
    const files = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/house-"));
    return files.map((file) => (file as PerformanceResourceTiming).transferSize);
  });
  expect(sent.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...sent), "bytes that were not in the cache").toBe(0);
});

test("without JavaScript the page says what it needs", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/sign-in");
  const apology = page.locator("noscript").getByRole("paragraph");
  await expect(apology).toBeVisible();
  await expect(apology).toContainText("This page needs JavaScript.");
  await context.close();
});
