// What a company's policy means for its people, with a clock that moves.
import { type Company, PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { codeIn, NUMBER } from "../fixtures/texts";
import { holdTime, pass } from "../fixtures/time";
import { setUpWhatIsRequired, toProfile, toTextChallenge } from "../pages/flows";
import { Profile } from "../pages/profile";
import { EnterPassword, Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test.use({ ownServer: true });

/** So many minutes from now, as the command line takes it in UTC. */
function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
}

test("the date passes while somebody is signed in: password, set-up, and back to where they were going", async ({ page, people, server, failures }) => {
  const company = await people.company("Harbour Build", { zone: "UTC" });
  const member = await people.member([company]);
  await people.require(company, inMinutes(20));
  await holdTime(page);
  const profile = await toProfile(page, member);
  await expect(profile.banner).toContainText("Harbour Build requires two-factor authentication from");
  await profile.addApp.click();
  await expect(new EnterPassword(page).heading).toBeVisible();

  await pass(25 * 60, server, page);
  failures.expect("/api/security 403");
  await page.getByRole("link", { name: "Back to Password & Security" }).click();
  await expect(page.getByText("Harbour Build now requires two-factor authentication. Enter your password to go on.")).toBeVisible();
  const signIn = new SignIn(page);
  await signIn.password.fill(member.password);
  await signIn.continue.click();
  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page.getByText("Harbour Build has required this since")).toBeVisible();
  await setUpWhatIsRequired(page, server);
  await expect(page).toHaveURL("/profile/security");
  await expect(profile.banner).toBeHidden();
});

test("of two companies with two dates the first one asks first, and then both", async ({ page, people, server, otherBrowser }) => {
  const companies: Company[] = [];
  for (const [name, minutes] of [["Quarry & Stone", 40], ["Harbour Build", 20]] as const) {
    const company = await people.company(name, { zone: "UTC" });
    companies.push(company);
    await people.require(company, inMinutes(minutes));
  }
  const member = await people.member(companies);
  await holdTime(page);
  const profile = await toProfile(page, member);
  await expect(profile.banner).toContainText("Harbour Build and Quarry & Stone require two-factor authentication, the first from");

  await pass(25 * 60, server, page);
  await page.reload();
  await expect(page.getByText("Harbour Build now requires two-factor authentication.")).toBeVisible();
  const signIn = new SignIn(page);
  await signIn.password.fill(member.password);
  await signIn.continue.click();
  await expect(new Required(page).heading).toBeVisible();
  await expect(page.getByText("Harbour Build has required this since")).toBeVisible();
  await expect(page.getByText("Quarry & Stone has required this since")).toBeHidden();

  // A set-up does not wait that long: its page leads to the sign-in by itself, and another browser asks meanwhile.
  await pass(20 * 60, server, page);
  const later = await (await otherBrowser()).newPage();
  await new SignIn(later).signIn(member);
  await expect(later.getByText("Harbour Build has required this since")).toBeVisible();
  await expect(later.getByText("Quarry & Stone has required this since")).toBeVisible();
});

test("who handles payments sets up from the start, whatever the company asks of others", async ({ page, people }) => {
  const company = await people.company("Harbour Build");
  await new SignIn(page).signIn(await people.member([company], { payments: true }));
  await expect(new Required(page).heading).toBeVisible();
  await expect(page.getByText("Harbour Build requires this of everybody who handles payments.")).toBeVisible();
});

test("who has only a method that is not accepted any more proves it, and then sets up another", async ({ page, people, server, texts }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const person = await people.withPhone(await people.member([company]));
  await server.run(["company", "set", company.slug, "--text-messages", "off"]);
  const challenge = await toTextChallenge(page, person);
  await page.goto("/profile/security");
  await expect(challenge.heading, "nothing is open before the proof").toBeVisible();
  await challenge.send.click();
  await challenge.code.fill(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  const required = new Required(page);
  await expect(required.heading).toBeVisible();
  await required.setUpNow.click();
  const method = new Method(page);
  await expect(method.text).toBeDisabled();
  await method.continue.click();
  const secure = new SecureAccount(page);
  await secure.enter((await secure.addToApp(server)).code());
  await new SaveCode(page).confirm();
  await expect(new Profile(page).heading).toBeVisible();
});
