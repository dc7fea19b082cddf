import { expect, test, vi } from 'vitest';
import { createUpdateSource } from './update-source.ts';

test('nothing waits until it is announced, and nothing loads until somebody says so', () => {
  const source = createUpdateSource();
  const heard = vi.fn();
  const apply = vi.fn();
  source.subscribe(heard);
  expect(source.isWaiting()).toBe(false);
  source.apply();

  source.announce(apply);
  expect(source.isWaiting()).toBe(true);
  expect(heard).toHaveBeenCalledOnce();
  expect(apply).not.toHaveBeenCalled();

  source.apply();
  expect(apply).toHaveBeenCalledOnce();
});

test('whoever stopped listening hears nothing', () => {
  const source = createUpdateSource();
  const heard = vi.fn();
  source.subscribe(heard)();
  source.announce(() => undefined);
  expect(heard).not.toHaveBeenCalled();
});
