/** Figures as text, and tables of them in Markdown. */

/** Milliseconds with three significant digits or so. */
export function formatMs(ms: number): string {
  if (Math.abs(ms) >= 100) return Math.round(ms).toLocaleString('en-US');
  return ms.toFixed(Math.abs(ms) >= 10 ? 1 : 2);
}

/** Bytes with separators. */
export const formatBytes = (bytes: number): string => Math.round(bytes).toLocaleString('en-US');

type Cell = string | number;

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
