/** Everything that can go wrong here. No error carries a passphrase, a key or the content of a record. */
import { CountersignError } from '../errors.ts';

/** What a passphrase must be before it is even tried. */
export class PassphraseError extends CountersignError {
  constructor(problem: 'empty' | 'malformed' | 'too-long') {
    const sentences = {
      empty: 'The passphrase is empty. Type one.',
      malformed: 'The passphrase contains half a character. Delete it and type it again.',
      'too-long': 'The passphrase is longer than 1,024 characters. Choose a shorter one.',
    };
    super(`keystore/passphrase-${problem}`, sentences[problem]);
  }
}

export class WrongPassphraseError extends CountersignError {
  constructor() {
    super('keystore/wrong-passphrase', 'This is not the passphrase of this device. Try again.');
  }
}

/** The derivation could not run: no memory, or the worker did not start. */
export class KdfError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/kdf-failed',
      'The passphrase could not be checked, most likely because this device is short of memory. ' +
        'Close other tabs and programs and try again.',
      options,
    );
  }
}

export class AlreadySetUpError extends CountersignError {
  constructor() {
    super('keystore/already-set-up', 'This device is already set up. Unlock it instead.');
  }
}

export class NotSetUpError extends CountersignError {
  constructor() {
    super('keystore/not-set-up', 'This device is not set up yet. Set it up first.');
  }
}

/** Something was used after `lock()`, or `lock()` came while it was under way. */
export class LockedError extends CountersignError {
  constructor() {
    super('keystore/locked', 'This device is locked. Unlock it first.');
  }
}

/** The records or keys that unlock this device are damaged: no passphrase can open it. */
export class DamagedKeystoreError extends CountersignError {
  constructor(problem: string, options?: ErrorOptions) {
    super(
      'keystore/damaged',
      `What unlocks this device is damaged (${problem}). Its key shares cannot be opened here: ` +
        'replace this device in its vaults from another one.',
      options,
    );
  }
}

/** A sealed record that does not open: changed, moved from elsewhere, or of an unknown version. */
export class SealedRecordError extends CountersignError {
  readonly bucket: string;
  readonly key: string;

  constructor(bucket: string, key: string, problem: string, options?: ErrorOptions) {
    super(
      'keystore/sealed-record',
      `The sealed record ${bucket}/${key} cannot be trusted: ${problem}. ` +
        'The data of this device was changed from outside or is damaged.',
      options,
    );
    this.bucket = bucket;
    this.key = key;
  }
}

/** A record that does not have the form it was written in. */
export class DamagedRecordError extends CountersignError {
  constructor(bucket: string, key: string, problem: string) {
    super(
      'keystore/damaged-record',
      `The record ${bucket}/${key} is damaged: ${problem}. ` +
        'The data of this device was changed from outside or is damaged.',
    );
  }
}

export class StorageFullError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/storage-full',
      'This device has no space left for the wallet. Nothing was changed. Free some space and try again.',
      options,
    );
  }
}

export class StorageFailedError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/storage-failed',
      'The browser could not read or write the data of this device. Reload the page and look whether ' +
        'the last step was kept before you repeat it.',
      options,
    );
  }
}

/** What was written came back different, although the browser had reported success. */
export class ReadBackError extends CountersignError {
  constructor(bucket: string, key: string) {
    super(
      'keystore/read-back',
      `The browser reported that ${bucket}/${key} was stored, but it did not come back as written. ` +
        'Do not go on with this device until its disk and browser were checked.',
    );
  }
}

export class StorageUnavailableError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/storage-unavailable',
      'The browser does not let this page store data. Leave private browsing, or allow site data for ' +
        'this address, and reload.',
      options,
    );
  }
}

export class DatabaseTooNewError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/database-too-new',
      'The data of this device was written by a newer version of Countersign. Reload the page to get it.',
      options,
    );
  }
}

export class DatabaseBlockedError extends CountersignError {
  constructor() {
    super(
      'keystore/database-blocked',
      'Another tab holds an older version of Countersign open. Close every other tab of it and reload.',
    );
  }
}

export class DatabaseClosedError extends CountersignError {
  constructor(options?: ErrorOptions) {
    super(
      'keystore/database-closed',
      'The connection to the data of this device is closed. Reload the page.',
      options,
    );
  }
}
