/** On paper: everything that the review says, whole, and nothing that can be pressed. */
import { expect, test } from './gallery.ts';

test.skip(({ isMobile }) => isMobile, 'paper has one size');

for (const scene of ['review', 'review-nested', 'bitcoin-payment']) {
  test(`${scene} is printed whole`, async ({ page, gallery }) => {
    await page.goto(gallery.at(scene, 'dark'));
    const drawer = page.getByRole('button', { name: 'What the bytes say, in full' });
    await expect(drawer).toHaveAttribute('aria-expanded', 'false');
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByText(/^The unsigned request, \d+ bytes$/)).toBeVisible();
    await expect(page.getByRole('region', { name: 'Unsigned request' })).toBeVisible();
    await expect(page.getByText('Digest of what this screen shows')).toBeVisible();
    await expect(page.getByRole('button', { name: /Hold to approve|Reject/ })).toHaveCount(0);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('main *:not(.hidden-visually)')]
        .filter((part) => {
          const { overflowX, overflowY } = getComputedStyle(part);
          const hides = [overflowX, overflowY].some((how) => how !== 'visible');
          return (
            hides &&
            (part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1)
          );
        })
        .map((part) => part.className),
    );
    expect(cut, 'what is cut off on paper').toEqual([]);
    const paper = await page.pdf({ format: 'A4' });
    expect(paper.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    await page.emulateMedia({ media: 'screen' });
    await expect(drawer).toHaveAttribute('aria-expanded', 'false');
  });
}
