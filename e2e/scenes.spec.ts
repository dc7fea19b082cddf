/** Every screen in every state: what a machine can check of it. Only as a phone: see playwright.config.ts. */
import { scenes } from '../src/ui/testing/scenes.ts';
import { expectAccessible } from './axe.ts';
import { expect, test } from './gallery.ts';

const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
];

for (const scene of Object.keys(scenes)) {
  test(`${scene} is accessible and fits`, async ({ page, gallery }) => {
    await page.goto(gallery.at(scene, 'system'));
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(page).toHaveTitle(/ · Countersign$/);
    await expectAccessible(page);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(beyond, `pixels beyond the right edge of ${String(size.width)}`).toBe(0);
    }
  });
}
