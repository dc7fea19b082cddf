/** One field of what a person typed or pasted, and what is wrong with it, in plain words. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A checked input, or every error at once. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };
