import type { Checked, FieldError } from '../checked.ts';
import { CountersignError } from '../../errors.ts';

/** Collects the errors of all fields, so that a person sees them at once. */
export class Fields {
  readonly #errors: FieldError[] = [];

  /** The value, or `undefined` after noting why there is none. */
  read<T>(field: string, value: () => T): T | undefined {
    try {
      return value();
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      this.add(field, error.message);
      return undefined;
    }
  }

  add(field: string, message: string): void {
    this.#errors.push({ field, message });
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  /** The errors as a result. */
  errors(): Checked<never> {
    return { ok: false, errors: this.#errors };
  }
}
