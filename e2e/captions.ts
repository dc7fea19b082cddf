/** Says in a window what happens in it: a line of text on top of the page, which the app knows nothing of. */
import type { Page } from '@playwright/test';

/** Stays when the app draws another screen; after the page was loaded anew it has to be said again. */
export async function caption(page: Page, device: string, text: string): Promise<void> {
  await page.evaluate(
    ([who, what]) => {
      const id = 'demo-caption';
      const fresh = document.createElement('p');
      const line = document.getElementById(id) ?? fresh;
      const name = document.createElement('strong');
      name.textContent = `${who} · `;
      line.replaceChildren(name, what);
      if (line !== fresh) return;
      line.id = id;
      // The content policy forbids styles in markup, not this.
      Object.assign(line.style, {
        position: 'sticky',
        top: '0',
        zIndex: '1',
        minHeight: '4.5em',
        boxSizing: 'border-box',
        margin: '0',
        padding: '0.75em 1.15em',
        background: 'var(--ink)',
        color: 'var(--paper)',
        fontSize: 'var(--small)',
        lineHeight: '1.4',
      });
      document.body.prepend(line);
    },
    [device, text] as const,
  );
}

export async function removeCaption(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.getElementById('demo-caption')?.remove();
  });
}
