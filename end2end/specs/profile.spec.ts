import { expect, test } from "../fixtures/test";
import { fromProfile, toProfile, toProfileWithCode } from "../pages/flows";
import { Profile } from "../pages/profile";
import { EnterPassword, ProveApp, SaveCode, SecureAccount } from "../pages/set-up";
import { Challenge, SignIn } from "../pages/sign-in";

/** Nine o'clock in London in three weeks: as the command line takes it, and as somebody in Berlin reads it. */
function inThreeWeeks(): { from: string; words: string } {
  const day = new Date(Date.now() + 21 * 86_400_000);
  const words = (options: Intl.DateTimeFormatOptions): string => day.toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
  const date = `${words({ weekday: "long" })} ${words({ day: "numeric", month: "long", year: "numeric" })}`;
  return { from: `${day.toISOString().slice(0, 10)}T09:00`, words: `${date}, 10:00` };
}

test("the banner names company and date, and leads to the set-up", async ({ page, people }) => {
  const date = inThreeWeeks();
  const company = await people.company("Northside Roofing", { requires: date.from, zone: "Europe/London" });
  const person = await people.member([company]);
  const profile = await toProfile(page, person);
  await expect(profile.banner).toContainText(
    `Northside Roofing requires two-factor authentication from ${date.words} (your time).`,
  );
  await profile.banner.getByRole("link", { name: "Set Up Now" }).click();
  await expect(new EnterPassword(page).heading).toBeFocused();
});

test("the banner goes when the company no longer asks", async ({ page, people }) => {
  const company = await people.company("Northside Roofing", { requires: inThreeWeeks().from });
  const profile = await toProfile(page, await people.member([company]));
  await expect(profile.banner).toBeVisible();
  await people.free(company);
  await page.reload();
  await expect(profile.heading).toBeVisible();
  await expect(profile.banner).toBeHidden();
});

test("an app is added from the profile, which says so afterwards", async ({ page, people, server, failures, mails }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await expect(profile.section("Authenticator app")).toContainText("Not set up");
  await profile.addApp.click();

  const enter = new EnterPassword(page);
  await expect(enter.heading).toBeFocused();
  await expect(page.getByText(person.email)).toBeVisible();
  await enter.continue.click();
  await expect(page.getByText("Enter your password.")).toBeVisible();
  await expect(enter.password).toBeFocused();

  failures.expect("/api/open_app_set_up 401");
  await enter.enter("not the password");
  await expect(page.getByText("Your password is not right. Try again.")).toBeVisible();
  await expect(enter.password).toBeFocused();
  await expect(page).toHaveTitle("Error: Enter Your Password · Vestibule");
  await enter.enter(person.password);

  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeFocused();
  await expect(page).toHaveTitle("Secure your Account · Vestibule");
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  await save.confirm();

  await expect(profile.status).toHaveText("Authenticator app added. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
  await expect(page).toHaveURL("/profile/security");
  await expect(profile.heading).toBeVisible();
  await expect(profile.changeApp).toBeVisible();
  await mails(person.email, 2);

  await page.reload();
  await expect(profile.heading).toBeVisible();
  await expect(profile.status).toBeHidden();
});

test("a set-up can be left, and nothing has changed", async ({ page, people }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  const secure = await fromProfile(page, person);
  const first = await secure.scanKey();
  await secure.cancel.click();
  await expect(profile.heading).toBeFocused();
  await expect(profile.section("Authenticator app")).toContainText("Not set up");
  await fromProfile(page, person);
  expect(await secure.scanKey()).not.toBe(first);
});

test("the password is asked each time that a set-up is opened", async ({ page, people }) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  const secure = await fromProfile(page, person);
  await secure.cancel.click();
  await profile.changeApp.click();
  await expect(new EnterPassword(page).heading).toBeVisible();
});

test("a person whom nobody offers MFA is told whom to ask", async ({ page, people }) => {
  const profile = await toProfile(page, await people.member([await people.company("Quarry & Stone")]));
  await expect(page.getByText("None of your companies uses this yet. Ask your administrator.")).toBeVisible();
  await expect(profile.addApp).toBeHidden();
});

test("an address that is none reads like one that is somebody else's", async ({ page, people }) => {
  await toProfile(page, await people.unasked());
  await page.goto("/companies/somebody-elses/security");
  await expect(page.getByRole("heading", { name: "This page isn't here, or isn't yours." })).toBeVisible();
  await page.getByRole("link", { name: "Password & Security" }).click();
  await expect(new Profile(page).heading).toBeFocused();
});

test.describe("changing the app", () => {
  test.use({ ownServer: true });

  test("asks for a code of the app that works, which goes on working until the new one is confirmed", async ({
    page,
    people,
    server,
    failures,
    mails,
    otherBrowser,
  }) => {
    const person = await people.enrolled();
    await server.advance(60);
    const profile = await toProfileWithCode(page, person);
    await server.advance(6 * 60); // a proof holds for five minutes
    await profile.changeApp.click();
    await new EnterPassword(page).enter(person.password);

    const prove = new ProveApp(page);
    await expect(prove.heading).toBeFocused();
    failures.expect("/api/prove_app 422");
    await prove.enter(person.app.wrongCode());
    await expect(page.getByText("That code is not right. Wait for the next one.")).toBeVisible();
    await expect(prove.code).toBeFocused();
    await prove.enter(person.app.code());

    const secure = new SecureAccount(page);
    await expect(secure.heading).toBeFocused();
    const newApp = await secure.addToApp(server);

    // Elsewhere the app of before still opens the second door.
    await server.advance(60);
    const elsewhere = await (await otherBrowser()).newPage();
    const otherProfile = await toProfileWithCode(elsewhere, person);

    await secure.enter(newApp.code());
    const save = new SaveCode(page);
    await expect(save.heading).toBeVisible();
    await save.confirm();
    await expect(profile.status).toHaveText("Authenticator app changed. Other devices were signed out.");
    // Of the first app and code, of this device and the other, and of the new app and code.
    const notices = await mails(person.email, 6);
    expect(notices.map((mail) => mail.subject)).toContain("Vestibule: Authenticator app changed");

    // That other device is signed out, and told why.
    await elsewhere.reload();
    const signIn = new SignIn(elsewhere);
    await expect(signIn.heading).toBeVisible();
    await expect(otherProfile.heading).toBeHidden();
    await expect(elsewhere.getByText("your password or an authentication method was changed elsewhere")).toBeVisible();

    // The app of before works no longer; the new one does.
    await server.advance(60);
    await signIn.fillIn(person);
    await signIn.continue.click();
    const challenge = new Challenge(elsewhere);
    failures.expect("/api/challenge_app 422");
    await challenge.enter(person.app.code());
    await expect(elsewhere.getByText("That code is not right. Wait for the next one.")).toBeVisible();
    await challenge.code.fill(newApp.code());
    await challenge.continue.click();
    await expect(otherProfile.heading).toBeVisible();
  });

  test("asks for the password only where the app has just been proved", async ({ page, people, server }) => {
    const person = await people.enrolled();
    await server.advance(60);
    await toProfileWithCode(page, person);
    const secure = await fromProfile(page, person);
    await expect(secure.qrCode).toBeVisible();
  });
});
