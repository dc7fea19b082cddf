/** What a person does before and while deciding. */
import { expect, type Locator, type Page } from '@playwright/test';

/** Scrolls through the page, so that everything was on the screen. */
export async function seeEverything(page: Page): Promise<void> {
  for (const mark of await page.locator('[data-must-see]').all()) {
    // In the middle, clear of the bar at the bottom.
    await mark.evaluate((element) => {
      element.scrollIntoView({ block: 'center' });
    });
  }
}

/** Holds a button down until it has acted. */
export async function hold(page: Page, button: Locator): Promise<void> {
  await expect(button).toBeEnabled();
  await button.hover();
  const held = page.locator('button[data-holding]');
  await page.mouse.down();
  await expect(held).toBeVisible();
  await expect(held).toBeHidden();
  await page.mouse.up();
  await expect(button).toBeHidden();
}
