/** What went wrong outside of any form, until a person dismisses it. */
import { toHex } from '../codec.ts';
import { problemOf } from './problems.ts';
import type { Problem } from './state.ts';

const MAX_PROBLEMS = 20;

export class News {
  readonly #random: (length: number) => Uint8Array;
  readonly #changed: () => void;
  readonly #problems: (Problem & { readonly id: string })[] = [];

  constructor(random: (length: number) => Uint8Array, changed: () => void) {
    this.#random = random;
    this.#changed = changed;
  }

  /** Newest first. */
  all(): readonly (Problem & { readonly id: string })[] {
    return [...this.#problems];
  }

  /** The same problem is shown once. */
  report(problem: Problem): void {
    if (this.#problems.some(({ code }) => code === problem.code)) return;
    this.#problems.unshift({ ...problem, id: toHex(this.#random(8)) });
    this.#problems.splice(MAX_PROBLEMS);
    this.#changed();
  }

  /** @param from the device that sent something that cannot be used, hexadecimal */
  malformed(from: string, error: unknown): void {
    const { code, title } = problemOf(error);
    this.report({
      code: `${code}/${from.slice(0, 8)}`,
      title: `A device sent something that cannot be used: ${title}`,
      meaning: 'The message was dropped; nothing was changed by it.',
      next: 'If it comes again, check that all devices run the same version of this app.',
    });
  }

  dismiss(id: string): void {
    const at = this.#problems.findIndex((problem) => problem.id === id);
    if (at >= 0) this.#problems.splice(at, 1);
    this.#changed();
  }
}
