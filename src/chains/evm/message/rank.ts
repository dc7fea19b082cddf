import type { Warning } from '../../review.ts';

const LEVELS = ['danger', 'caution', 'info'] as const;

/** Worst first, and each code once. */
export function ranked(warnings: readonly Warning[]): readonly Warning[] {
  const firsts = new Map<string, Warning>();
  for (const level of LEVELS) {
    for (const warning of warnings) {
      if (warning.level === level && !firsts.has(warning.code)) firsts.set(warning.code, warning);
    }
  }
  return [...firsts.values()];
}
