import { expect, it } from 'vitest';
import { readSettings, UsageError } from './settings.ts';

const read = (...args: string[]) => readSettings(args, '/app');

it('serves this machine only, by default', () => {
  expect(read()).toEqual({
    root: '/app',
    port: 8420,
    fixedPort: false,
    host: '127.0.0.1',
    tls: undefined,
  });
});

it('takes what is typed', () => {
  const own = import.meta.filename;
  expect(
    read('--port', '0', '--host', '::', '--root', '/other', '--cert', own, '--key', own),
  ).toMatchObject({ root: '/other', port: 0, fixedPort: true, host: '::' });
  expect(read('--cert', own, '--key', own)?.tls?.cert).toContain('takes what is typed');
});

it('tells when help is asked for', () => {
  expect(read('--help')).toBeUndefined();
});

it.each([
  [['--port', 'x'], '--port must be a number'],
  [['--port', '65536'], '--port must be a number'],
  [['--port', ''], '--port must be a number'],
  [['--port', '1.5'], '--port must be a number'],
  [['--cert', 'a.pem'], '--cert and --key go together'],
  [['--key', 'a.pem'], '--cert and --key go together'],
  [['--cert', '/none/a.pem', '--key', '/none/b.pem'], '"/none/a.pem" cannot be read'],
  [['--other'], '--other'],
  [['extra'], 'extra'],
])('refuses %j', (args, message) => {
  expect(() => read(...args)).toThrow(UsageError);
  expect(() => read(...args)).toThrow(message);
});
