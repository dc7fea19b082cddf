/** What this room throws: a sentence a person can act on, and a stable code. */
import { CountersignError } from '../errors.ts';

export class JournalError extends CountersignError {}

/** Bytes or values that are not what they should be: too long, out of range, not canonical. */
export class MalformedError extends JournalError {
  constructor(message: string) {
    super('journal/malformed', message);
  }
}

/** A version or a kind of event that this build does not know. */
export class UnsupportedError extends JournalError {
  constructor(message: string) {
    super('journal/unsupported', message);
  }
}

/** A name with characters that nobody sees, or that is empty or too long. */
export class UnsafeTextError extends JournalError {
  constructor(message: string) {
    super('journal/unsafe-text', message);
  }
}
