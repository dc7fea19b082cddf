/** What the forms of requests have in common: every error at once, overrides, note and expiry. */
import { parseAmount } from '../../chains/index.ts';
import { countCodePoints } from '../../text.ts';
import type { FieldError, PaymentForm } from '../api.ts';
import { problemOf } from '../problems.ts';

const GWEI_DECIMALS = 9;
const MAX_NOTE = 500;
const MAX_HOURS = 720;

/** What a person may set instead of the node's suggestion. */
export interface Overrides {
  readonly nonce?: bigint | undefined;
  readonly gasLimit?: bigint | undefined;
  readonly maxFeePerGas?: bigint | undefined;
  readonly maxPriorityFeePerGas?: bigint | undefined;
}

/** Nothing is left open. */
export type Complete = { readonly [K in keyof Overrides]-?: bigint };

export const isComplete = (own: Overrides): own is Complete =>
  (['nonce', 'gasLimit', 'maxFeePerGas', 'maxPriorityFeePerGas'] as const).every(
    (name) => own[name] !== undefined,
  );

/** The overrides as typed; errors go to `fields`. */
export function readOverrides(form: PaymentForm, fields: FormFields): Overrides {
  const number = (field: 'maxFee' | 'priorityFee' | 'gasLimit' | 'nonce', decimals: number) =>
    form[field].trim() === ''
      ? undefined
      : fields.read(field, () => parseAmount(form[field], decimals));
  const maxFeePerGas = number('maxFee', GWEI_DECIMALS);
  const maxPriorityFeePerGas = number('priorityFee', GWEI_DECIMALS);
  const tooHigh =
    maxFeePerGas !== undefined &&
    maxPriorityFeePerGas !== undefined &&
    maxPriorityFeePerGas > maxFeePerGas;
  if (tooHigh) fields.add('priorityFee', 'The priority fee cannot be higher than the maximum fee.');
  return {
    maxFeePerGas,
    maxPriorityFeePerGas,
    gasLimit: number('gasLimit', 0),
    nonce: number('nonce', 0),
  };
}

/** Checks note and expiry; errors go to `fields`. */
export function checkCommon(
  form: { readonly note: string; readonly expiresInHours: number },
  fields: FormFields,
): void {
  if (countCodePoints(form.note) > MAX_NOTE) {
    fields.add('note', `At most ${String(MAX_NOTE)} characters.`);
  }
  const hours = form.expiresInHours;
  if (!Number.isInteger(hours) || hours < 1 || hours > MAX_HOURS) {
    fields.add('expiresInHours', `Enter 1 to ${String(MAX_HOURS)} hours.`);
  }
}

/** Collects every field's error. */
export class FormFields {
  readonly #errors: FieldError[] = [];

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  add(field: string, message: string): void {
    this.#errors.push({ field, message });
  }

  /** Errors of what was pasted, which is one field of the form: each names its part of the JSON. */
  addPasted(errors: readonly FieldError[]): void {
    for (const { field, message } of errors) {
      this.add('text', field === 'text' ? message : `${field}: ${message}`);
    }
  }

  read<T>(field: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.add(field, problemOf(error).title + '.');
      return undefined;
    }
  }

  result(): { readonly ok: false; readonly errors: readonly FieldError[] } {
    return { ok: false, errors: this.#errors };
  }
}
