/** What the library of QR codes needs of Node's `assert`; takes its place in the page (vite.config.ts). */
export default function assert(condition: unknown, message?: string): asserts condition {
  if (condition !== true) throw new Error(message ?? 'assertion failed');
}
