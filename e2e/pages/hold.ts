/** What a person does before and while deciding. */
import { expect, type Locator, type Page } from '@playwright/test';

/** Scrolls through the page, so that everything was on the screen. */
export async function seeEverything(page: Page): Promise<void> {
  for (const mark of await page.locator('[data-must-see]').all()) {
    // In the middle, clear of the bar at the bottom, and long enough for the page to notice: what is on the
    // screen is looked at once a frame.
    await mark.evaluate(async (element) => {
      element.scrollIntoView({ block: 'center' });
      await new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      });
    });
  }
}

/** Holds a button down until it has acted: with the mouse, on a touch screen with a finger. */
export async function hold(page: Page, button: Locator): Promise<void> {
  // A notice that came in meanwhile has to be seen as well.
  await expect(async () => {
    await seeEverything(page);
    await expect(button).toBeEnabled({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  const letGo = (await isTouched(page)) ? await touch(page, button) : await press(page, button);
  const held = page.locator('button[data-holding]');
  await expect(held).toBeVisible();
  await expect(held).toBeHidden();
  await letGo();
  await expect(button).toBeHidden();
}

const isTouched = async (page: Page): Promise<boolean> =>
  page.evaluate(() => navigator.maxTouchPoints > 0);

async function press(page: Page, button: Locator): Promise<() => Promise<void>> {
  await button.hover();
  await page.mouse.down();
  return async () => page.mouse.up();
}

async function touch(page: Page, button: Locator): Promise<() => Promise<void>> {
  await button.tap({ trial: true });
  const box = await button.boundingBox();
  if (box === null) throw new Error('The button is nowhere on the page.');
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const fingers = await page.context().newCDPSession(page);
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  return async () => {
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await fingers.detach();
  };
}
