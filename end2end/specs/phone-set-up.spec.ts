// Adding a phone number: where the sign-in asks for a method, and in the profile.
import { expect, test } from "../fixtures/test";
import { codeIn, NEW_NUMBER, NUMBER, otherCode } from "../fixtures/texts";
import { holdTime, pass } from "../fixtures/time";
import { toConfirmNumber, toEnterNumber, toMethod, toProfile, toProfileWithCode } from "../pages/flows";
import { ConfirmNumber, EnterNumber } from "../pages/phone";
import { Profile } from "../pages/profile";
import { EnterPassword, Method, SaveCode } from "../pages/set-up";

test.use({ ownServer: true });

test("a number is set up at the sign-in that asks for a method", async ({ page, people, texts, failures, mails }) => {
  const person = await people.asked();
  const enter = await toEnterNumber(page, person);
  await expect(enter.heading).toBeFocused();
  await expect(page).toHaveTitle("Add Phone Number · Vestibule");
  await expect(page.getByText("Only for codes. Message rates may apply.")).toBeVisible();
  await enter.enter(NUMBER);

  const confirm = new ConfirmNumber(page);
  await expect(confirm.heading).toBeFocused();
  await expect(confirm.sent).toContainText(`to ${NUMBER.whole}`);
  await expect(page.getByText("Nobody from Vestibule will ask you for it.")).toBeVisible();
  const [text] = await texts(NUMBER.whole, 1);
  expect(text?.body.length).toBeLessThanOrEqual(140);
  const code = codeIn(text);

  failures.expect("/api/confirm_phone 422");
  await confirm.enter(otherCode(code));
  await expect(page.getByText("That code is not right. Check the newest message.")).toBeVisible();
  await expect(confirm.code).toBeFocused();
  await expect(page).toHaveTitle("Error: Confirm your phone number · Vestibule");
  // Six digits alone send nothing here: somebody may still be looking whether the number is right.
  await confirm.code.fill(code);
  await expect(confirm.continue).toBeEnabled();
  await expect(confirm.heading).toBeVisible();
  await confirm.continue.click();

  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  await save.confirm();
  const profile = new Profile(page);
  await expect(profile.section("Phone number")).toContainText(`Number ending ${NUMBER.ending}`);
  await expect(profile.removePhone).toBeHidden();
  await expect(profile.section("Phone number")).toContainText("Harbour Build requires one method. Add another first.");
  const notices = await mails(person.email, 2);
  expect(notices.map((mail) => mail.subject)).toContain("Vestibule: Phone number added");
});

test("the list names every allowed country, and a number with its plus selects its own", async ({ page, people, texts }) => {
  const enter = await toEnterNumber(page, await people.asked());
  const options = await enter.country.getByRole("option").allInnerTexts();
  expect(options).toContain("Germany +49");
  expect(options).toContain("United States +1");
  expect(options.join()).not.toContain("Brazil");
  await enter.places.click();
  await expect(page.getByRole("listitem").filter({ hasText: /^Germany$/ })).toBeVisible();

  await enter.number.fill("+1 201 555 0123");
  await expect(enter.country).toHaveValue(/^(US|CA)$/);
  await enter.number.fill("+49 151 2345 6789");
  await expect(enter.country).toHaveValue("DE");
  await enter.send.click();
  await expect(new ConfirmNumber(page).sent).toContainText(NUMBER.whole);
  await texts(NUMBER.whole, 1);
});

test("a number that cannot be texted is refused with its reason, and what was typed stays", async ({ page, people, server, failures }) => {
  const enter = await toEnterNumber(page, await people.asked());
  await enter.send.click();
  await expect(page.getByText("Enter your phone number.")).toBeVisible();
  const refused: [string, string, string][] = [
    ["DE", "030 123456", "That looks like a landline. Enter a mobile number."],
    ["DE", "0800 1234567", "That is a toll-free number. Enter a mobile number."],
    ["DE", "0151 23", "That is not a whole phone number. Enter it with its area code."],
    ["DE", "+55 11 96123 4567", "We can't text numbers in Brazil. Use an authenticator app."],
  ];
  for (const [country, national, sentence] of refused) {
    failures.expect("/api/enter_number 422");
    await enter.enter({ country, national });
    await expect(enter.number).toHaveAccessibleDescription(new RegExp(sentence.replaceAll(".", "\\.")));
    await expect(enter.number).toBeFocused();
    await expect(enter.number).toHaveValue(national);
  }
  await expect(page).toHaveTitle("Error: Add Phone Number · Vestibule");
  expect(server.gateway.texts).toEqual([]);
});

test("another code is sent after a pause that counts down, and the first one still works", async ({ page, people, server, texts }) => {
  await holdTime(page);
  const confirm = await toConfirmNumber(page, await people.asked());
  await expect(confirm.again).toHaveText(/^Send again in (1:00|0:5\d)$/);
  await expect(confirm.again).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText("You can send 2 more before a longer wait.")).toBeVisible();
  // It can be pressed, and does nothing yet.
  await confirm.again.dispatchEvent("click");
  const [first] = await texts(NUMBER.whole, 1);

  await pass(61, server, page);
  await expect(confirm.again).toHaveText("Send a New Code");
  await confirm.sendAgain();
  await expect(confirm.again).toHaveText(/^Send again in (2:00|1:5\d)$/);
  const [, second] = await texts(NUMBER.whole, 2);
  expect(second?.body).not.toBe(first?.body);
  await confirm.enter(codeIn(first));
  await expect(new SaveCode(page).heading).toBeFocused();
});

test("a code that is too old says so, and a new one is beside it", async ({ page, people, server, texts, failures }) => {
  await holdTime(page);
  const confirm = await toConfirmNumber(page, await people.asked());
  const [first] = await texts(NUMBER.whole, 1);
  await pass(5 * 60, server, page);
  failures.expect("/api/confirm_phone 422");
  await confirm.enter(codeIn(first));
  await expect(page.getByText("That code is too old. Send a new one.")).toBeVisible();
  await expect(confirm.again).toHaveText("Send a New Code");
  await confirm.sendAgain();
  const [, second] = await texts(NUMBER.whole, 2);
  await confirm.enter(codeIn(second));
  await expect(new SaveCode(page).heading).toBeFocused();
});

test("a mistyped number is corrected without starting over", async ({ page, people, server, texts, failures }) => {
  await holdTime(page);
  const confirm = await toConfirmNumber(page, await people.asked(), NEW_NUMBER);
  await texts(NEW_NUMBER.whole, 1);
  await confirm.changeNumber.click();
  const enter = new EnterNumber(page);
  await expect(enter.heading).toBeFocused();
  await expect(enter.country).toHaveValue(NEW_NUMBER.country);
  await expect(enter.number).toHaveValue(NEW_NUMBER.national);
  // Too soon: it says how long to wait, and keeps what was typed.
  failures.expect("/api/enter_number 429");
  await enter.enter(NUMBER);
  await expect(enter.number).toHaveAccessibleDescription(/Try again in (1 minute|\d+ seconds)\./);
  await expect(enter.number).toHaveValue(NUMBER.national);
  await pass(61, server, page);
  await enter.send.click();
  const [text] = await texts(NUMBER.whole, 1);
  await expect(confirm.sent).toContainText(NUMBER.whole);
  await confirm.enter(codeIn(text));
  await expect(new SaveCode(page).heading).toBeFocused();
});

test("a reload goes on with the code that was sent", async ({ page, people, texts }) => {
  const confirm = await toConfirmNumber(page, await people.asked());
  await page.reload();
  await expect(confirm.sent).toContainText(NUMBER.whole);
  // After a reload nothing is left of what was typed but the number itself.
  await confirm.changeNumber.click();
  const enter = new EnterNumber(page);
  await expect(enter.number).toHaveValue(NUMBER.whole);
  await expect(enter.country).toHaveValue("DE");
  await page.goBack();
  await expect(new Method(page).heading).toBeVisible();
  const [text] = await texts(NUMBER.whole, 1);
  expect(text).toBeDefined();
});

test("a message that is not delivered is told where its code is awaited", async ({ page, people, server, texts }) => {
  const person = await people.asked();
  await server.gateway.behave("reason landline");
  const confirm = await toConfirmNumber(page, person);
  await expect(confirm.undelivered).toContainText(`could not be delivered to ${NUMBER.whole}.`, { timeout: 20_000 });
  await expect(page.getByText("It looks like a landline.")).toBeVisible();
  await expect(confirm.changeNumber).toBeVisible();
  await texts(NUMBER.whole, 0);
});

test("a company that does not accept text messages says so where the method is chosen", async ({ page, people, server }) => {
  const company = await people.company("Harbour Build", { requires: "2025-03-04T09:00" });
  await server.run(["company", "set", company.slug, "--text-messages", "off"]);
  await toMethod(page, await people.member([company]));
  const method = new Method(page);
  await expect(method.text).toBeDisabled();
  await expect(page.getByText(/Harbour Build does not accept/)).toBeVisible();
});

test("who handles payments uses numbers of the United States", async ({ page, people, server, failures, texts }) => {
  const company = await people.company("Harbour Build", { requires: "2025-03-04T09:00" });
  const enter = await toEnterNumber(page, await people.member([company], { payments: true }));
  expect(await enter.country.getByRole("option").allInnerTexts()).toEqual(["United States +1"]);
  failures.expect("/api/enter_number 422");
  await enter.enter({ country: "US", national: "+49 151 2345 6789" });
  await expect(enter.number).toHaveAttribute("aria-invalid", "true");
  expect(server.gateway.texts).toEqual([]);
  await enter.enter(NEW_NUMBER);
  await texts(NEW_NUMBER.whole, 1);
});

test("a number is added in the profile, with the password", async ({ page, people, texts, mails }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await expect(profile.section("Phone number")).toContainText("Not set up");
  await profile.addPhone.click();
  const password = new EnterPassword(page);
  await expect(password.heading).toBeFocused();
  await password.enter(person.password);
  const enter = new EnterNumber(page);
  await expect(enter.heading).toBeFocused();
  await enter.enter(NUMBER);
  const confirm = new ConfirmNumber(page);
  await confirm.enter(codeIn((await texts(NUMBER.whole, 1))[0]));
  await new SaveCode(page).confirm();
  await expect(profile.status).toHaveText("Phone number added. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
  await expect(profile.changePhone).toBeVisible();
  await mails(person.email, 2);
});

test("a set-up of a number can be left, and nothing has changed", async ({ page, people }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await profile.addPhone.click();
  await new EnterPassword(page).enter(person.password);
  await new EnterNumber(page).enter(NUMBER);
  const confirm = new ConfirmNumber(page);
  await expect(confirm.heading).toBeFocused();
  await confirm.cancel.click();
  await expect(profile.heading).toBeFocused();
  await expect(profile.section("Phone number")).toContainText("Not set up");
});

test("a set-up that is left while its number is on its way is left", async ({ page, people, failures }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await profile.addPhone.click();
  await new EnterPassword(page).enter(person.password);
  const enter = new EnterNumber(page);
  await expect(enter.heading).toBeFocused();
  // The answer comes once the page has gone.
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/enter_number", async (route) => {
    await arrived;
    await route.continue();
  });
  failures.expect("/api/enter_number 409");
  await enter.enter(NUMBER);
  await enter.cancel.click();
  await expect(profile.heading).toBeFocused();
  const late = page.waitForResponse("**/api/enter_number");
  arrive();
  await late;
  await expect(profile.section("Phone number")).toContainText("Not set up");
  await expect(profile.status).toBeHidden();
});

test("somebody with an app is told that a number besides is good, and adds one", async ({ page, people, server, texts }) => {
  const person = await people.enrolled();
  await server.advance(60);
  const profile = await toProfileWithCode(page, person);
  await expect(page.getByText("Add a phone number too: if you lose one of them")).toBeVisible();
  await profile.addPhone.click();
  await new EnterPassword(page).enter(person.password);
  await new EnterNumber(page).enter(NUMBER);
  await new ConfirmNumber(page).enter(codeIn((await texts(NUMBER.whole, 1))[0]));
  await new SaveCode(page).confirm();
  await expect(profile.status).toHaveText("Phone number added. Other devices were signed out.");
  await expect(page.getByText("Add a phone number too")).toBeHidden();
});
