// Draws the PNG icons from public/icons/icon.svg. Run it when the drawing has changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { chromiumArguments, provideBrowser } from './browser.mjs';

const folder = join(import.meta.dirname, '../public/icons');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
const background = '#135e4d';

/** Systems cut maskable icons to their own shape: what matters stays within the middle 80 per cent. */
const icons = [
  { name: 'icon-192.png', size: 192, full: false },
  { name: 'icon-512.png', size: 512, full: false },
  { name: 'maskable-512.png', size: 512, full: true },
  { name: 'apple-touch.png', size: 180, full: true },
];

const executablePath = provideBrowser();
if (executablePath === undefined) process.exit(1);
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
for (const { name, size, full } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const scale = full ? 0.92 : 1;
  await page.setContent(
    `<style>body { margin: 0; display: grid; place-items: center; height: 100vh;
       background: ${full ? background : 'transparent'} }
     svg { width: ${size * scale}px; height: ${size * scale}px; display: block }</style>${svg}`,
  );
  await page.screenshot({ path: join(folder, name), omitBackground: !full });
  await page.close();
}
await browser.close();
