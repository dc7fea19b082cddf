/** The form of the address book: what can be said before anything is written. */
import { parseAnyAddress } from '../chains/index.ts';
import { CountersignError } from '../errors.ts';
import { safeText } from '../journal/index.ts';
import type { Checked, Contact, ContactForm, FieldError } from './api.ts';
import type { VaultView } from './state.ts';

const MAX_NAME = 40;

/**
 * Every error of the form at once. One name stands for one address and one address has one name, so that
 * nobody takes one receiver for another.
 */
export function checkContact(
  vault: Pick<VaultView, 'contacts' | 'accounts' | 'bitcoinAccounts'>,
  form: ContactForm,
): Checked<Contact> {
  const errors: FieldError[] = [];
  const read = (field: string, parse: () => string): string => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      errors.push({ field, message: error.message });
      return '';
    }
  };
  const address = read('address', () => parseAnyAddress(form.address));
  const name = read('name', () => safeText(form.name.trim(), 'The name', MAX_NAME));
  const others = vault.contacts.filter((each) => !isSame(each.address, form.renames));
  const own =
    vault.accounts.find((each) => isSame(each.address, address)) ??
    vault.bitcoinAccounts.find(({ keys }) =>
      (keys?.addresses ?? []).some((each) => isSame(each.address, address)),
    );
  const known = others.find((each) => isSame(each.address, address));
  if (own !== undefined) {
    errors.push({
      field: 'address',
      message: `This is your own account “${own.name}”. It is known by that name already.`,
    });
  } else if (known !== undefined) {
    errors.push({
      field: 'address',
      message: `This address is in the address book as “${known.name}”. Rename it there.`,
    });
  }
  const taken = [
    ...[...others, ...vault.accounts].filter((each) => !isSame(each.address, address)),
    ...vault.bitcoinAccounts,
  ].find((each) => sounds(each.name) === sounds(name));
  if (taken !== undefined) {
    errors.push({
      field: 'name',
      message: `“${taken.name}” is the name of another address. Choose one that cannot be mistaken for it.`,
    });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: { address, name } };
}

const isSame = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

const sounds = (name: string): string => name.normalize('NFKC').toLowerCase();
