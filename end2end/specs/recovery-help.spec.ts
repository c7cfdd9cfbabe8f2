import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { setUpWhatIsRequired, toChallenge, toHelp, toIdentity, toRecover } from "../pages/flows";
import { StillThere } from "../pages/profile";
import { Help, Identity } from "../pages/recovery";
import { Method, Required } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const MINUTE = 60;

test("administrators are named to who knows the password, and to nobody else", async ({ page, context, people, server, failures }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const administrator = await people.member([company], { admin: true, name: "Bo Lind" });
  const person = await people.enrolled(await people.member([company]));

  const signIn = new SignIn(page);
  await page.goto("/sign-in/help");
  await expect(signIn.heading).toBeVisible();
  const refused = await page.request.post("/api/who_can_help", { data: {}, headers: { origin: server.url } });
  expect(refused.status()).toBe(401);
  expect(await refused.text()).not.toContain(administrator.email);
  failures.expect("/api/sign_in 401");
  await signIn.fillIn({ ...person, password: "not the password" });
  await signIn.continue.click();
  await expect(page.getByText("The email address or password is not right.")).toBeVisible();
  await page.goto("/sign-in/help");
  await expect(signIn.heading).toBeVisible();
  expect(await page.content()).not.toContain(administrator.email);

  const challenge = await toChallenge(page, person);
  await challenge.help.click();
  const help = new Help(page);
  await expect(help.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/help");
  await expect(page).toHaveTitle("Lost everything? · Vestibule");
  await expect(help.file).toBeVisible();
  await expect(help.administrators).toHaveCount(1);
  await expect(help.administrators).toContainText("Bo Lind");
  await expect(help.administrators).toContainText("Harbour Build");
  await expect(help.administrators.getByRole("link")).toHaveText(administrator.email);
  await expect(page.getByText("Only an administrator can reset your two-factor authentication; we never do by phone or email.")).toBeVisible();
  await help.copy.click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const message = await page.evaluate(() => navigator.clipboard.readText());
  for (const part of ["Vestibule", person.email, "in person"]) expect(message).toContain(part);

  await help.back.click();
  await expect(challenge.heading).toBeFocused();
});

test("who has no administrator is told so, or sent to the support", async ({ page, people }) => {
  const help = await toHelp(page, await people.enrolled());
  await expect(help.nobody).toBeVisible();
  await expect(help.administrators).toHaveCount(0);

  for (const [support, link] of [
    ["support@example.com", "mailto:support@example.com"],
    ["https://example.com/support", "https://example.com/support"],
  ] as const) {
    await page.route("**/api/who_can_help", (route) => route.fulfill({ json: { administrators: [], support } }));
    await page.reload();
    await expect(page.getByRole("link", { name: support })).toHaveAttribute("href", link);
    await expect(help.nobody).toBeHidden();
  }
});

test("the help says what still helps at that point", async ({ page, people }) => {
  const recover = await toRecover(page, await people.enrolled());
  await page.getByRole("link", { name: "I can't use any of these" }).click();
  const help = new Help(page);
  await expect(page.getByRole("heading", { name: "First, look for these" })).toBeVisible();
  // That code has been used.
  await expect(help.file).toBeHidden();
  await help.back.click();
  await expect(recover.heading).toBeFocused();
});

test("after a reset the code that was handed over leads to a new set-up, and in", async ({ page, people, server, failures }) => {
  const person = await people.enrolled();
  const code = await people.reset(person);
  await new SignIn(page).signIn(person);
  const identity = new Identity(page);
  await expect(identity.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/identity");
  await expect(page).toHaveTitle("Enter the code that you were handed · Vestibule");
  await expect(page.getByText("It works for one hour.")).toBeVisible();
  await expect(page.getByText("It never comes by phone or email.")).toBeVisible();

  // Only the button sends.
  await identity.code.pressSequentially("12345");
  await identity.continue.click();
  await expect(page.getByText("Enter the 6 digits of the code.")).toBeVisible();
  failures.expect("/api/confirm_identity 422");
  await identity.code.fill("");
  await identity.code.pressSequentially(code === "000 000" ? "000001" : "000000");
  await expect(identity.continue).toHaveText("Continue");
  await identity.continue.click();
  await expect(page.getByText("That code is not right. Check it with whoever gave it to you, who can also make a new one.")).toBeVisible();
  await expect(identity.code).toBeFocused();
  for (const address of ["/sign-in/required", "/sign-in/app", "/profile/security"]) {
    await page.goto(address);
    await expect(identity.heading).toBeVisible();
  }
  await identity.enter(code);

  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page.getByText("Your two-factor authentication was reset. Set it up again to go on.")).toBeVisible();
  await expect(page.getByText("Harbour Build has required this since")).toBeVisible();
  const profile = await setUpWhatIsRequired(page, server);
  await expect(profile.section("Authenticator app")).toContainText("On");
});

test("who was reset sets up again although no company requires it", async ({ page, people }) => {
  const person = await people.unasked();
  const code = await people.reset(person);
  await (await toIdentity(page, person)).enter(code);
  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page.getByText("Your two-factor authentication was reset.")).toBeVisible();
  await expect(page.getByText("has required this since")).toBeHidden();
  await required.setUpNow.click();
  await expect(new Method(page).heading).toBeVisible();
});

test("the page of the code that is handed over leads to who can help, and makes room", async ({ page, people }) => {
  const person = await people.unasked();
  await people.reset(person);
  const identity = await toIdentity(page, person);
  await identity.help.click();
  const help = new Help(page);
  await expect(help.heading).toBeFocused();
  // Nothing of that works after a reset.
  await expect(page.getByRole("heading", { name: "First, look for these" })).toBeHidden();
  await help.back.click();
  await expect(identity.heading).toBeFocused();
  await identity.leave.click();
  await expect(new SignIn(page).email).toHaveValue("");
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("a code that was handed over more than an hour ago says so", async ({ page, people, server, failures }) => {
    const person = await people.enrolled();
    const code = await people.reset(person);
    await server.advance(61 * MINUTE);
    const identity = await toIdentity(page, person);
    failures.expect("/api/confirm_identity 422");
    await identity.enter(code);
    await expect(page.getByText("That code is too old. Ask for a new one.")).toBeVisible();
    await expect(identity.code).toBeFocused();
    await expect(identity.code).toHaveAttribute("aria-invalid", "true");
  });

  test("who waits for the code gets more time", async ({ page, people, server }) => {
    await holdTime(page);
    const person = await people.unasked();
    const code = await people.reset(person);
    const identity = await toIdentity(page, person);
    const question = new StillThere(page);
    await pass(8 * MINUTE + 5, server, page);
    await expect(question.dialog).toContainText("If you are still waiting for your code");
    await question.stay.click();
    await expect(question.dialog).toBeHidden();
    await pass(7 * MINUTE, server, page);
    await identity.enter(code);
    await expect(new Required(page).heading).toBeVisible();
  });
});
