import type { Warning } from '../../review.ts';

const LEVELS = ['danger', 'caution', 'info'] as const;

/** Worst first, and none twice. */
export function ranked(warnings: readonly Warning[]): readonly Warning[] {
  const firsts = new Map<string, Warning>();
  for (const level of LEVELS) {
    for (const warning of warnings) {
      const key = [warning.code, warning.text, warning.resembles?.address].join(' ');
      if (warning.level === level && !firsts.has(key)) firsts.set(key, warning);
    }
  }
  return [...firsts.values()];
}
