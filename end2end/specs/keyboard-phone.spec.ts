// Phone numbers and text messages by keyboard alone, as in keyboard.spec.ts.
import { tabTo } from "../fixtures/accessibility";
import { expect, test } from "../fixtures/test";
import { codeIn, NUMBER } from "../fixtures/texts";
import { toChooseMethod, toMethod } from "../pages/flows";
import { ChooseMethod, ConfirmNumber, EnterNumber, TextChallenge } from "../pages/phone";
import { Profile } from "../pages/profile";
import { Method, SaveCode } from "../pages/set-up";

test.use({ ownServer: true });

test("a number is set up by keyboard alone", async ({ page, people, texts }) => {
  const { keyboard } = page;
  await toMethod(page, await people.asked());
  const method = new Method(page);
  await expect(method.heading).toBeFocused();
  await tabTo(page, method.app);
  await keyboard.press("ArrowDown");
  await expect(method.text).toBeChecked();
  await tabTo(page, method.continue);
  await keyboard.press("Enter");

  const enter = new EnterNumber(page);
  await expect(enter.heading).toBeFocused();
  await tabTo(page, enter.country);
  await keyboard.type("Germany");
  await expect(enter.country).toHaveValue("DE");
  await tabTo(page, enter.number);
  await keyboard.type(NUMBER.national);
  await keyboard.press("Enter");

  const confirm = new ConfirmNumber(page);
  await expect(confirm.heading).toBeFocused();
  await tabTo(page, confirm.code);
  await keyboard.type(codeIn((await texts(NUMBER.whole, 1))[0]));
  await tabTo(page, confirm.again);
  // It waits, and does nothing.
  await keyboard.press("Enter");
  await tabTo(page, confirm.changeNumber);
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await expect(confirm.continue).toBeFocused();
  await keyboard.press("Enter");

  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  await tabTo(page, save.saved);
  await keyboard.press("Space");
  await tabTo(page, save.continue);
  await keyboard.press("Enter");
  await expect(new Profile(page).section("Phone number")).toContainText("Number ending 89");
  await texts(NUMBER.whole, 1);
});

test("a method is chosen and a code entered by keyboard alone", async ({ page, people, texts }) => {
  const { keyboard } = page;
  const person = await people.withBoth();
  const choose: ChooseMethod = await toChooseMethod(page, person);
  await tabTo(page, choose.app);
  await keyboard.press("ArrowDown");
  await expect(choose.text).toBeChecked();
  await keyboard.press("Enter");
  const challenge = new TextChallenge(page);
  await expect(challenge.heading).toBeFocused();
  await tabTo(page, challenge.different);
  await tabTo(page, challenge.useRecoveryCode);
  await tabTo(page, challenge.help);
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await expect(challenge.different).toBeFocused();
  await keyboard.press("Enter");
  await expect(choose.question).toBeVisible();
  await expect(choose.text).toBeChecked();
  await tabTo(page, choose.continue);
  await keyboard.press("Enter");
  await expect(challenge.heading).toBeFocused();
  await tabTo(page, challenge.code);
  await keyboard.type(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  await expect(new Profile(page).heading).toBeFocused();
});
