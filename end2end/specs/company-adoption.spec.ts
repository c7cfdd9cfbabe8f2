// How far a company's members are, and what they are mailed about the date.
import { expectAccessible } from "../fixtures/accessibility";
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
