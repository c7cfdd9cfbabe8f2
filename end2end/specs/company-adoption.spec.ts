// How far a company's members are, and what they are mailed about the date.
import { expectAccessible, tabTo } from "../fixtures/accessibility";
import { expect, test } from "../fixtures/test";
import { toProfileWithCode } from "../pages/flows";

test("the figure, the chart, its numbers, and who was mailed", async ({ page, people }) => {
  const { company, admin } = await people.administrator();
  await toProfileWithCode(page, admin);
  const today = Math.floor(Date.now() / 86_400_000);
  await page.route("**/api/adoption", (route) =>
    route.fulfill({
      json: {
        required_from: (today + 7) * 86_400_000,
        today: { day: today, members: 52, set_up: 38 },
        gained_in_a_week: 9,
        days: [
          { day: today - 20, members: 50, set_up: 4 },
          { day: today - 9, members: 52, set_up: 29 },
          { day: today, members: 52, set_up: 38 },
        ],
      },
    }),
  );
  await page.goto(`/companies/${company.slug}/adoption`);
  const words = "38 of 52 people are set up. 9 more in the last week.";
  await expect(page.getByText(words, { exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: words })).toBeVisible();
  await page.getByText("The numbers behind it").click();
  await expect(page.getByRole("table", { name: /Days on which something changed/ }).getByRole("row")).toHaveCount(4);
  await expect(page.getByRole("heading", { name: "Reminders" })).toBeVisible();
  await expect(page.getByText(/not set up yet|Everybody has set up/)).toBeVisible();
  await expectAccessible(page);
});

test("the mails about the date are counted, and everybody is reminded once a day at most", async ({ page, people, announcements }) => {
  const { company, admin } = await people.administrator();
  const luis = await people.member([company], { name: "Luis Ortega" });
  await people.require(company, "2035-03-04T09:00");
  await announcements(luis.email, 1);
  await toProfileWithCode(page, admin);
  await page.goto(`/companies/${company.slug}/adoption`);
  await expect(page.getByText("1 person has not set up yet.")).toBeVisible();
  const announced = page.getByRole("listitem").filter({ hasText: "about 4 March 2035" });
  await expect(announced).toContainText("Announcement of the date");
  await expect(announced).toContainText("1 of 1 mail sent.");
  await expect(page.getByText(/^Everybody can be reminded again in 24 hours/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Remind Everybody" })).toHaveCount(0);
});

test.describe("a day later", () => {
  test.use({ ownServer: true });

  test("a reminder goes to who has not set up", async ({ page, people, server, announcements }) => {
    const { company, admin } = await people.administrator();
    const luis = await people.member([company], { name: "Luis Ortega" });
    await people.require(company, "2035-03-04T09:00");
    await announcements(luis.email, 1);
    await server.advance(86_400 + 60);
    await toProfileWithCode(page, admin);
    await page.goto(`/companies/${company.slug}/adoption`);
    const remind = page.getByRole("button", { name: "Remind Everybody" });
    await expect(remind).toBeVisible();
    await tabTo(page, remind);
    await page.keyboard.press("Enter");
    await expect(page.getByText("The reminders are on their way.")).toBeFocused();
    const [, reminder] = await announcements(luis.email, 2);
    expect(reminder?.subject).toBe("Vestibule: Reminder: Harbour Build requires two-factor authentication");
    await page.getByRole("button", { name: "Look Again" }).click();
    const mailed = page.getByRole("listitem").filter({ hasText: "Reminder by an administrator" });
    await expect(mailed).toContainText("1 of 1 mail sent.");
  });
});
