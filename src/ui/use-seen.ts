/** Whether a person had everything on the screen that they are about to decide on. */
import { useEffect, useRef, useState, type RefObject } from 'react';

// What the action bar covers on a phone does not count as seen.
const COVERED = '0px 0px -140px 0px';

/**
 * Follows the elements marked `data-must-see` below the container. True once each of them was on the screen;
 * never false again for the same `content`.
 */
export function useSeen(content: string): {
  readonly container: RefObject<HTMLDivElement | null>;
  readonly seen: boolean;
} {
  const container = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<string>();
  useEffect(() => {
    const waiting = new Set(container.current?.querySelectorAll('[data-must-see]'));
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          waiting.delete(target);
          observer.unobserve(target);
        }
        if (waiting.size === 0) setSeen(content);
      },
      { rootMargin: COVERED },
    );
    for (const element of waiting) observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [content]);
  return { container, seen: seen === content };
}
