/** The base of every error this project throws on purpose: a sentence a person can act on, and a stable code. */
export class CountersignError extends Error {
  /** Stable, machine-readable name of the failure, for example `threshold/abort`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
