// A company's security page, and what a date means for its people.
import { linkIn, mailAbout } from "../fixtures/mail";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { toProfile, toProfileWithCode } from "../pages/flows";
import { CompanySecurity } from "../pages/company";
import { Profile, StepUp } from "../pages/profile";
import { Required } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const CHANGE = "change the security of your company";

/** A date so many days ahead, as its field takes it, and as it is written. */
function day(ahead: number): { field: string; words: string } {
  const at = new Date(Date.now() + ahead * 86_400_000);
  const words = at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return { field: at.toISOString().slice(0, 10), words };
}

test("Require MFA is switched on with a date, after a look at what it means", async ({ page, people, announcements }) => {
  const { company, admin } = await people.administrator();
  const member = await people.member([company], { name: "Luis Ortega" });
  await toProfileWithCode(page, admin);
  await new Profile(page).menu.click();
  await page.getByRole("link", { name: "Harbour Build: security" }).click();
  const security = new CompanySecurity(page);
  await expect(security.heading).toBeFocused();
  await expect(page).toHaveTitle("Harbour Build: security · Vestibule");
  await expect(security.card).toContainText("1 of 2 people is ready.");

  const date = day(20);
  await security.enter(date.field, "09:00");
  await expect(security.reading).toContainText(`${date.words}, 09:00 Europe/Berlin.`);
  await security.review.click();
  await expect(security.goBack).toBeFocused();
  await expect(security.dialog).toContainText("Nobody is removed.");
  await expect(security.dialog.getByRole("listitem").filter({ hasText: "not set up" })).toContainText("1");
  await security.goBack.click();
  await expect(security.review).toBeFocused();

  await security.review.click();
  await security.act(`Require MFA from ${date.words}`).click();
  await expect(security.status).toHaveText("Saved.");
  await expect(security.status).toBeFocused();
  await expect(security.card).toContainText(`From ${date.words}`);
  const [mail] = await announcements(member.email, 1);
  expect(mail?.subject).toBe("Vestibule: Harbour Build requires two-factor authentication");
  expect(mail?.body).toContain(`${date.words}, 09:00 (Europe/Berlin)`);
});

test("a date that is missing, near, or past is said before anything is saved", async ({ page, people }) => {
  const { company, admin } = await people.administrator();
  await toProfileWithCode(page, admin);
  const security = new CompanySecurity(page);
  await security.goto(company.slug);
  await security.require.check();
  await security.date.fill("");
  await security.review.click();
  await expect(security.date).toHaveAttribute("aria-invalid", "true");
  await expect(page).toHaveTitle("Error: Harbour Build: security · Vestibule");
  await security.enter(day(3).field, "09:00");
  await security.review.click();
  await expect(security.dialog).toContainText("That is fewer than seven days away.");
  await security.goBack.click();
  await security.enter("2025-01-01", "09:00");
  await security.review.click();
  await expect(security.dialog).toContainText("That has passed: it holds from now on.");
  await expect(security.act("Require MFA Now")).toBeVisible();
});

test("what loosens asks once more who it is", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.require(company, "2031-03-04T09:00");
  await toProfileWithCode(page, admin);
  const security = new CompanySecurity(page);
  await security.goto(company.slug);
  await security.require.uncheck();
  await security.review.click();
  failures.expect("/api/save_policy 403");
  await security.act("Turn Require MFA Off").click();
  await new StepUp(page, CHANGE).enterPassword(admin.password);
  await expect(security.status).toHaveText("Saved.");
  await expect(security.card).toContainText("Off");
});

test("of two administrators the second is told, and sees what the first has saved", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await toProfileWithCode(page, admin);
  const security = new CompanySecurity(page);
  await security.goto(company.slug);
  // The same person elsewhere is as good as another.
  const other = await page.context().newPage();
  const elsewhere = new CompanySecurity(other);
  await elsewhere.goto(company.slug);
  await elsewhere.voluntary.check();
  await elsewhere.review.click();
  await elsewhere.act("Save Changes").click();
  await expect(elsewhere.status).toHaveText("Saved.");

  await security.texts.uncheck();
  await security.review.click();
  failures.expect("/api/save_policy 409");
  await security.act("Save Changes").click();
  await expect(security.status).toContainText("Another administrator has changed these settings meanwhile.");
  await expect(security.voluntary).toBeChecked();
  await expect(security.texts).toBeChecked();
});

test("an administrator without a method is led to their own first", async ({ page, people, failures }) => {
  const company = await people.company("Harbour Build");
  const admin = await people.member([company], { admin: true });
  await toProfile(page, admin);
  const security = new CompanySecurity(page);
  await security.goto(company.slug);
  await expect(page.getByText("You have no authentication method that this company accepts.")).toBeVisible();
  await security.enter(day(20).field, "09:00");
  await security.review.click();
  failures.expect("/api/save_policy 409");
  await security.act(/^Require MFA from/).click();
  await expect(page.getByText("Set up your own authentication method first, in My Profile Settings.")).toBeVisible();
  await page.getByRole("link", { name: "Set up your own first" }).first().click();
  await expect(new Profile(page).heading).toBeFocused();
});

test("another company's page reads like one that is not there", async ({ page, people }) => {
  const { admin } = await people.administrator();
  const other = await people.company("Quarry & Stone");
  await toProfileWithCode(page, admin);
  for (const slug of [other.slug, "nowhere"]) {
    await page.goto(`/companies/${slug}/security`);
    await expect(page.getByRole("heading", { name: "This page isn't here, or isn't yours." })).toBeVisible();
  }
});

test.describe("the story of a date", () => {
  test.use({ ownServer: true });

  test("off, announced, set up early or at the date, moved, and free again", async ({ page, people, server, announcements, otherBrowser, failures }) => {
    const { company, admin } = await people.administrator();
    const member = await people.member([company], { name: "Luis Ortega" });
    await holdTime(page);
    // Off: there is nothing to set up, and whom to ask.
    const profile = await toProfile(page, member);
    await expect(page.getByText("None of your companies uses this yet. Ask your administrator.")).toBeVisible();

    const office = await (await otherBrowser()).newPage();
    await toProfileWithCode(office, admin);
    const security = new CompanySecurity(office);
    await security.goto(company.slug);
    const date = day(1);
    await security.enter(date.field, "12:00");
    await security.review.click();
    await security.act(`Require MFA from ${date.words}`).click();
    await expect(security.status).toHaveText("Saved.");

    // Announced: by mail, and by the banner with the next answer.
    const mail = mailAbout(await announcements(member.email, 1), "Harbour Build requires two-factor authentication");
    expect(linkIn(mail, "Set Up Now")).toBe(`${server.url}/profile/security`);
    await page.reload();
    await expect(profile.banner).toContainText("Harbour Build requires two-factor authentication from");
    await expect(profile.addApp).toBeVisible();

    // The date passes: the next request of a live session asks for the password, and then for the set-up.
    await people.require(company, "now");
    await page.reload();
    const signIn = new SignIn(page);
    await expect(page.getByText("Harbour Build now requires two-factor authentication.")).toBeVisible();
    await signIn.password.fill(member.password);
    await signIn.continue.click();
    await expect(new Required(page).heading).toBeVisible();

    // Moved: free at the next request.
    await security.goto(company.slug);
    await security.enter(day(30).field, "09:00");
    await security.review.click();
    failures.expect("/api/save_policy 403");
    await security.act(/^Require MFA from/).click();
    await new StepUp(office, CHANGE).enterPassword(admin.password);
    await expect(security.status).toHaveText("Saved.");
    await page.reload();
    await expect(profile.heading).toBeVisible();
    await expect(profile.banner).toBeVisible();
    await pass(1, server, page);
  });
});
