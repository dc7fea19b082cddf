/** Whether a person had everything on the screen that they are about to decide on. */
import { useEffect, useRef, useState, type RefObject } from 'react';

// What the action bar covers on a phone does not count as seen.
const COVERED = '0px 0px -140px 0px';

/**
 * Follows the elements marked `data-must-see` below the container. True while each of them was on the screen
 * since `content` is what it is: a warning that comes in later has to be seen as well, one that goes away is
 * waited for no longer.
 */
export function useSeen(content: string): {
  readonly container: RefObject<HTMLDivElement | null>;
  readonly seen: boolean;
} {
  const container = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<string>();
  useEffect(() => {
    const root = container.current;
    if (root === null) return;
    const wereSeen = new WeakSet<Element>();
    const unseen = (): Element[] =>
      [...root.querySelectorAll('[data-must-see]')].filter((mark) => !wereSeen.has(mark));
    const settle = (): void => {
      setSeen(unseen().length === 0 ? content : undefined);
    };
    const onScreen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          wereSeen.add(target);
          onScreen.unobserve(target);
        }
        settle();
      },
      { rootMargin: COVERED },
    );
    const follow = (): void => {
      for (const mark of unseen()) onScreen.observe(mark);
      settle();
    };
    const changes = new MutationObserver(follow);
    changes.observe(root, { childList: true, subtree: true });
    follow();
    return () => {
      changes.disconnect();
      onScreen.disconnect();
    };
  }, [content]);
  return { container, seen: seen === content };
}
